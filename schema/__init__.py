"""What may be asked and what it is called: pure values, without input or output."""
