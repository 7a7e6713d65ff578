"""The REST door: from a request to a Selection or a Change, and from what they give to a response."""
