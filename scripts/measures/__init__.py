"""What Cube promises of its speed and its size, measured on a server process of its own, each with a verdict."""
