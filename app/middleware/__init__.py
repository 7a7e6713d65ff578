"""What every request passes on its way to a door: plain ASGI, in layers that `app.main` lists."""
