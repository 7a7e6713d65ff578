"""The service layer: what Cube does, knowing no protocol."""
