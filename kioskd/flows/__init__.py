"""The stories: straight-line code, one file a service, one folder a page of the home screen."""
