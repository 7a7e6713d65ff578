"""Invented organisations: name, country, line of business and size."""

from __future__ import annotations

from typing import NamedTuple


class Organisation(NamedTuple):
    """`parent` is the name of the organisation that this one belongs to."""

    name: str
    country: str
    industry: str
    employees: int | None
    parent: str = ""


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation("Northbeam Software", "US", "Software", 420),
    Organisation("Northbeam Labs", "US", "Software", 35, "Northbeam Software"),
    Organisation("Halyard Logistics", "US", "Logistics", 2300),
    Organisation("Redwood & Pine Furniture", "US", "Retail", 58),
    Organisation("Juniper Street Clinics", "US", "Health Care", 310),
    Organisation("Whitby Cartographers", "GB", "Publishing", 24),
    Organisation("Penrose Analytics", "GB", "Software", 140),
    Organisation("Hargreaves Tea Merchants", "GB", "Food & Drink", 75),
    Organisation("Caledonia Wind", "GB", "Energy", 890),
    Organisation("Caledonia Wind Services", "GB", "Energy", 210, "Caledonia Wind"),
    Organisation("Großmann Werkzeugbau", "DE", "Manufacturing", 640),
    Organisation("Großmann Präzision", "DE", "Manufacturing", 85, "Großmann Werkzeugbau"),
    Organisation("Köhler Verlag", "DE", "Publishing", 46),
    Organisation("Elbufer Reederei", "DE", "Logistics", 1200),
    Organisation("Bäckerei Sonnenschein", "DE", "Food & Drink", 19),
    Organisation("Atelier Châtelain", "FR", "Fashion", 33),
    Organisation("Société Générale des Écluses", "FR", "Construction", 1750),
    Organisation("Pâtisserie N'Diaye", "FR", "Food & Drink", 12),
    Organisation("Café Conceição", "BR", "Food & Drink", 64),
    Organisation("Aeronáutica Araújo", "BR", "Aerospace", 5100),
    Organisation("Editora Três Irmãos", "BR", "Publishing", 41),
    Organisation("Cerámica Peña", "MX", "Manufacturing", 230),
    Organisation("Transportes del Río", "MX", "Logistics", 480),
    Organisation("Ångström Instruments", "SE", "Manufacturing", 155),
    Organisation("Sjöberg Fastigheter", "SE", "Real Estate", 28),
    Organisation("Fjordfisk", "NO", "Food & Drink", 97),
    Organisation("Ødegård Regnskap", "NO", "Finance", 16),
    Organisation("Stocznia Łoś", "PL", "Manufacturing", 830),
    Organisation("Apteka Źródło", "PL", "Health Care", 22),
    Organisation("Yıldırım Tekstil", "TR", "Fashion", 540),
    Organisation("Işık Enerji", "TR", "Energy", 1340),
    Organisation("Ναυτιλία Οδυσσέας", "GR", "Logistics", 190),
    Organisation("Коваль і сини", "UA", "Manufacturing", 73),
    Organisation("さくら商事", "JP", "Retail", 260),
    Organisation("Tanaka Robotics 田中", "JP", "Manufacturing", 410),
    Organisation("Marine Drive Textiles", "IN", "Fashion", 3600),
    Organisation("Venkataraman Legal", "IN", "Legal", None),
    Organisation("Balogun Fintech", "NG", "Finance", 120),
    Organisation("Okonkwo Farms", "NG", "Agriculture", None),
    Organisation("Đặng Cà Phê", "VN", "Food & Drink", 88),
)
# How an address on the web writes a name that is not in Latin letters.
LATIN = {"Ναυτιλία Οδυσσέας": "naftilia odysseas", "Коваль і сини": "koval i syny", "さくら商事": "sakura shoji"}
LEGAL_FORMS = {
    "US": "Inc.", "GB": "Ltd", "DE": "GmbH", "FR": "SARL", "BR": "Ltda.", "MX": "S.A. de C.V.", "SE": "AB",
    "NO": "AS", "PL": "sp. z o.o.", "TR": "A.Ş.", "GR": "Α.Ε.", "UA": "ТОВ", "IN": "Pvt. Ltd", "NG": "Ltd",
}  # fmt: skip
