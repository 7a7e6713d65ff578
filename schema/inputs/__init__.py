"""What a caller sends to be written, checked and normalised once for every door: all faults at once, by their paths."""

from schema.inputs.forms import Given, for_create, for_update, pointed, references

__all__ = ["Given", "for_create", "for_update", "pointed", "references"]
