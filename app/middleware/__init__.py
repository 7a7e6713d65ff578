"""What every request passes on its way to a door: plain ASGI, one layer each, listed in `app.main`."""
