"""Shoumi (守密): finds what must not leave an organisation."""
