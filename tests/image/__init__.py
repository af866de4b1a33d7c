"""The image: what is in it, who it runs as, and that it does its work where nothing may be written."""
