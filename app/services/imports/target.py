"""Where the cells of a column go: a field path, a key of a map, a relation's field, or an id in another system."""

from __future__ import annotations

from dataclasses import dataclass

from schema.problem import nearest
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Relation, Resource
from schema.resources import BY_NAME, USER
from schema.values.fault import Fault
from schema.values.maps import key_fault, metadata_key, system

# Of a user these are no fields: they are put together as its name.
NAME_PARTS = ("givenName", "familyName")


@dataclass(frozen=True, slots=True)
class Target:
    """`path` as a person writes it. `key`: of a map; `relation`: whose field it is; `system`: of an id in the cell."""

    path: str
    field: Field
    key: str | None = None
    parent: str | None = None
    relation: Relation | None = None
    system: str | None = None

    @property
    def slot(self) -> str:
        """What it fills: `ownerId` and `ownerId:erp` fill the same."""
        return self.field.name if self.system else self.path

    @property
    def is_list(self) -> bool:
        return self.field.kind in LIST_KINDS


def target_of(resource: Resource, path: str) -> Target:
    """Reads a path such as `address.city`, `metadata.plan`, `client.name` or `ownerId:chinook`; raises Fault."""
    named, colon, of_system = path.partition(":")
    first, dot, rest = named.partition(".")
    if colon:
        return _external(resource, named, of_system)
    if resource is USER and path in NAME_PARTS:
        return Target(path, Field(path, Kind.TEXT, "A part of the name."))
    if dot and (relation := resource.relation(first)):
        return _related(relation, path, rest)
    owner = resource.field(first)
    if owner is None:
        raise Fault(f"{first[:40]!r} is not a field of {resource.name}{nearest(first, _writable(resource))}")
    if owner.access == "read":
        raise Fault(f"{first} is Cube's own and cannot be written")
    if owner.kind in MAP_KINDS:
        return Target(path, owner, key=_key(owner, rest), parent=first)
    if owner.members:
        return _member(owner, path, rest)
    if dot:
        raise Fault(f"{first} has no members")
    return Target(path, owner)


def rest_target(header: str) -> Target:
    """The key of metadata that keeps a column which means nothing else."""
    key = "".join("_" if character in ".[]" else character for character in header)[:40].strip()
    return Target(f"metadata.{key}", Field("metadata", Kind.METADATA, ""), key=metadata_key(key), parent="metadata")


def reference_of(resource: Resource, relation: Relation) -> str:
    """The field that holds the id of a to-one relation's record."""
    return next(field.name for field in resource.fields if field.column == relation.key)


def _external(resource: Resource, name: str, of_system: str) -> Target:
    owner = resource.field(name)
    if owner is None or not owner.target or owner.access == "read":
        references = ", ".join(field.name for field in resource.writable if field.target) or "none here"
        raise Fault(f"only a reference takes a system after its colon ({references})")
    if of_system not in BY_NAME[owner.target].references and (wrong := key_fault(False, of_system)):
        raise Fault(f"{of_system[:40]!r} {wrong}")
    return Target(f"{name}:{of_system}", owner, system=of_system)


def _related(relation: Relation, path: str, name: str) -> Target:
    if relation.many:
        raise Fault(f"{relation.name} leads to many records: only a to-one relation can be found by a cell")
    inner = target_of(BY_NAME[relation.target], name)
    if inner.relation or inner.system or inner.field.target:
        raise Fault(f"{path[:80]} goes further than one relation")
    return Target(path, inner.field, inner.key, inner.parent, relation)


def _member(owner: Field, path: str, name: str) -> Target:
    names = tuple(member.name for member in owner.members)
    member = next((member for member in owner.members if member.name == name), None)
    if member is None:
        raise Fault(f"{path[:80]} is not a field: {owner.name} has {', '.join(names)}{nearest(name, names)}")
    return Target(path, member, parent=owner.name)


def _key(owner: Field, key: str) -> str:
    if not key:
        raise Fault(f"{owner.name} needs a key, as in {owner.name}.{'plan' if owner.kind is Kind.METADATA else 'erp'}")
    return metadata_key(key) if owner.kind is Kind.METADATA else system(key)


def _writable(resource: Resource) -> tuple[str, ...]:
    return (*(field.name for field in resource.writable), *(relation.name for relation in resource.to_one))
