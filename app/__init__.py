"""What runs: the doors, the services behind them and the command line."""
