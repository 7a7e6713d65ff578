"""Invented people by country: names, towns, streets and numbers that no one can be reached at."""

from __future__ import annotations

from dataclasses import dataclass

# A name in another script is followed by how an e-mail address writes it: `花子=hanako`.


@dataclass(frozen=True, slots=True)
class Country:
    """Where people live. A town is `city/region/postal code`; `#` in a number stands for a digit.

    The numbers are those that the country sets apart for films and books; a country without such numbers has none.
    """

    code: str
    locale: str
    zone: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    towns: tuple[str, ...]
    streets: tuple[str, ...]
    phones: tuple[str, ...] = ()
    number_first: bool = False
    family_first: bool = False


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


COUNTRIES: tuple[Country, ...] = (
    Country(
        "US", "en-US", "America/New_York",
        _list("Ada, Marcus, Keisha, Dolores, Owen, Grace, Tyrone, Hannah, Luis, Priya"),
        _list("Whitfield, O'Dell, Okafor, Brennan, Castellanos, McAllister, Nguyen, Hopper, Delacroix, Lindqvist"),
        _list("Portland/OR/97205, Boston/MA/02108, Albany/NY/12207, Santa Fe/NM/87501, Holtsville/NY/00501"),
        _list("Maple Avenue, Harbor Street, Old Mill Road, Second Street"),
        _list("+1 202-555-01##, +1 503-555-01##, +1 617-555-01##"),
        number_first=True,
    ),
    Country(
        "GB", "en-GB", "Europe/London",
        _list("Imogen, Rhys, Alasdair, Aoife, Callum, Zadie, Nigel, Sioned, Harriet, Tariq"),
        _list("Featherstone, ap Gwilym, MacLeod, Ó Briain, Hargreaves, Achebe-Jones, Penrose, Rahman, Whitby, Thorne"),
        _list("London/Greater London/EC1A 1BB, Leeds//LS1 4AP, Cardiff/Wales/CF10 1EP, Inverness/Scotland/IV1 1HY"),
        _list("Chapel Lane, Mill Row, King's Parade, Station Road"),
        _list("+44 7700 900###, +44 20 7946 0###"),
        number_first=True,
    ),
    Country(
        "DE", "de-DE", "Europe/Berlin",
        _list("Jürgen, Käthe, Björn, Annegret, Lukas, Sabine, Gül, Matthias, Friederike, Jens"),
        _list("Müller, Großmann, Köhler, Yılmaz, von der Heide, Weiß, Schäfer, Brandt, Öztürk, Vogel"),
        _list("Berlin/Berlin/10115, Hamburg/Hamburg/20095, München/Bayern/80331, Dresden/Sachsen/01067"),
        _list("Goethestraße, Am Alten Markt, Lindenallee, Theodor-Heuss-Straße"),
        _list("+49 30 23125###, +49 40 66969###, +49 89 99998###"),
    ),
    Country(
        "FR", "fr-FR", "Europe/Paris",
        _list("François, Élodie, Chloé, Jérôme, Maëlle, Noël, Aïcha, Benoît, Solène, Thibault"),
        _list("Lefèvre, Dupont, Ben Saïd, Garçon, d'Aubigné, Moreau, Prévost, N'Diaye, Le Goff, Châtelain"),
        _list("Paris/Île-de-France/75011, Lyon//69002, Strasbourg/Grand Est/67000, Nantes//44000"),
        _list("rue des Bouchers, avenue Victor-Hugo, place Kléber, quai de la Fosse"),
        _list("+33 1 99 00 ## ##, +33 6 39 98 ## ##"),
        number_first=True,
    ),
    Country(
        "BR", "pt-BR", "America/Sao_Paulo",
        _list("Luís, Conceição, João, Beatriz, Thaís, Antônio, Iracema, Caio, Fátima, Raí"),
        _list("Gonçalves, de Souza, Magalhães, Ferrão, Araújo, Nakamura, Brandão, da Conceição, Leitão, Simões"),
        _list("São Paulo/SP/01310-100, Belém/PA/66010-000, Recife/PE/50030-230, Florianópolis/SC/88010-400"),
        _list("Avenida Paulista, Rua das Flores, Travessa do Sol, Largo São Bento"),
    ),
    Country(
        "MX", "es-MX", "America/Mexico_City",
        _list("Ximena, Íñigo, Guadalupe, Ramón, Lucía, José María, Inés, Tomás, Concepción, Ángel"),
        _list("Núñez, Peña Ibáñez, Garcés-Ruiz, Muñoz, Hernández, Zúñiga, Quiñones, del Río, Ávila, Fuentes"),
        _list("Ciudad de México/CDMX/05021, Mérida/Yucatán/97000, Guadalajara/Jalisco/44100, Oaxaca//68000"),
        _list("Avenida de la Constitución, Calle Mataderos, Paseo del Mar, Callejón del Beso"),
    ),
    Country(
        "SE", "sv-SE", "Europe/Stockholm",
        _list("Åsa, Örjan, Märta, Göran, Linnéa, Sören, Ylva, Björn, Agneta, Nils"),
        _list("Ångström, Sjöberg, Lindström, Öberg, Hägg, Nyström, Ekström, Kjellberg, Rosén, Wåhlin"),
        _list("Stockholm//111 20, Göteborg//411 03, Umeå//903 26, Malmö/Skåne/211 22"),
        _list("Drottninggatan, Kungsgatan, Södra vägen, Björkstigen"),
        _list("+46 8 465 004 ##, +46 31 3906 ##"),
    ),
    Country(
        "NO", "nb-NO", "Europe/Oslo",
        _list("Bjørn, Øyvind, Ragnhild, Håkon, Åse, Sølvi, Torbjørn, Ingrid, Ståle, Guro"),
        _list("Ødegård, Bråthen, Sørensen, Kjærstad, Hagen, Åsheim, Nygård, Bjørnstad, Fjeld, Grønn"),
        _list("Oslo//0171, Bergen//5003, Tromsø//9008, Røros//7374"),
        _list("Ullevålsveien, Strandgaten, Storgata, Fjellveien"),
    ),
    Country(
        "PL", "pl-PL", "Europe/Warsaw",
        _list("Łukasz, Małgorzata, Grażyna, Paweł, Żaneta, Wojciech, Agnieszka, Świętosława, Bożena"),
        _list("Łoś, Dąbrowski, Żółkiewski, Wójcik, Świątek, Gęśla, Brzęczyszczykiewicz, Jabłońska, Nowak, Źrebiec"),
        _list("Warszawa/mazowieckie/00-001, Łódź/łódzkie/90-001, Gdańsk/pomorskie/80-001, Kraków//30-001"),
        _list("ulica Długa, aleja Róż, plac Wolności, ulica Krótka"),
    ),
    Country(
        "TR", "tr-TR", "Europe/Istanbul",
        _list("Işıl, İbrahim, Şebnem, Çağrı, Gülşen, Oğuz, Ülkü, Barış, Defne, Kıvanç"),
        _list("Yıldırım, Öztürk, Çelik, Şahin, Güneş, Işık, Doğan, İnan, Akın, Koç"),
        _list("İstanbul//34110, İzmir//35210, Ankara//06420, Şanlıurfa//63000"),
        _list("Atatürk Caddesi, İnönü Sokağı, Çınar Sokağı, Gül Sokağı"),
    ),
    Country(
        "GR", "el-GR", "Europe/Athens",
        _list("Νίκος=nikos, Ελένη=eleni, Γιώργος=giorgos, Σοφία=sofia, Οδυσσέας=odysseas, Μαρία=maria"),
        _list("Παπαδόπουλος=papadopoulos, Βασιλείου=vassiliou, Οικονόμου=oikonomou, Δημητρίου=dimitriou"),
        _list("Αθήνα//105 57, Θεσσαλονίκη//546 24"),
        _list("Οδός Ερμού, Λεωφόρος Συγγρού"),
    ),
    Country(
        "UA", "uk-UA", "Europe/Kyiv",
        _list("Оксана=oksana, Тарас=taras, Ївга=yivha, Богдан=bohdan, Леся=lesia, Ґанна=ganna"),
        _list("Шевченко=shevchenko, Коваль=koval, Ґудзь=gudz, Мельник=melnyk, Бондар=bondar, Їжак=yizhak"),
        _list("Київ//01001, Львів//79000, Одеса//65000"),
        _list("вулиця Хрещатик, площа Ринок, Дерибасівська вулиця"),
    ),
    Country(
        "JP", "ja-JP", "Asia/Tokyo",
        _list("花子=hanako, 健太=kenta, 美咲=misaki, 大輔=daisuke, さくら=sakura, 翔=sho"),
        _list("佐藤=sato, 鈴木=suzuki, 高橋=takahashi, 田中=tanaka, 渡辺=watanabe, 山本=yamamoto"),
        _list("東京/東京都/100-0001, 大阪/大阪府/530-0001, 札幌/北海道/060-0001"),
        _list("丸の内, 梅田, 大通西"),
        family_first=True,
    ),
    Country(
        "IN", "en-IN", "Asia/Kolkata",
        _list("Ananya, Vikram, Lakshmi, Arjun, Meenakshi, Farhan, Divya, Rohit, Kavita, Suresh"),
        _list("Iyer, Chatterjee, Singh, Venkataraman, Khan, Deshpande, Nair, Bose, Fernandes, Patil"),
        _list("Bengaluru/Karnataka/560001, Kolkata/West Bengal/700001, Mumbai/Maharashtra/400001"),
        _list("MG Road, Park Street, Marine Drive, Temple Lane"),
    ),
    Country(
        "NG", "en-NG", "Africa/Lagos",
        _list("Ngozi, Chukwuemeka, Adébáyọ̀, Folásadé, Ifeoma, Musa, Halima, Tunde, Zainab, Obinna"),
        _list("Adéyẹmí, Okonkwo, Balogun, Ọláléyẹ, Danjuma, Eze, Abubakar, Nwosu, Bello, Onyekachi"),
        _list("Lagos/Lagos/101241, Abuja/FCT/900211, Ìbàdàn/Oyo/200212"),
        _list("Broad Street, Awolowo Road, Aminu Kano Crescent"),
    ),
    Country(
        "VN", "vi-VN", "Asia/Ho_Chi_Minh",
        _list("Thị Hương, Văn Đức, Minh Châu, Quốc Bảo, Thùy Linh, Đình Phúc"),
        _list("Nguyễn, Trần, Lê, Phạm, Đặng, Võ"),
        _list("Hà Nội//100000, Đà Nẵng//550000, Hồ Chí Minh//700000"),
        _list("phố Hàng Bạc, đường Lê Lợi, đường Trần Phú"),
        family_first=True,
    ),
)  # fmt: skip
