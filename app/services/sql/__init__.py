"""From a Selection to one SQL statement that builds the JSON of the answer."""
