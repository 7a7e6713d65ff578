"""What a write does to each resource, and in which order: one file a resource."""
