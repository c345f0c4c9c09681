"""Removing the media of an analysis that is over and keeps nothing."""

from infra.media_store import MediaStore


def remove_media(store: MediaStore, channel: str) -> None:
    """Remove all that lies in the store of one analysis; what is gone already is no error. Raises OSError."""
    for folder in reversed(list(store.folders(channel))):
        for file in list(store.listing(folder)):
            store.remove(file.uri)
        store.remove_folder(folder, float("inf"))
