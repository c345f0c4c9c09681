"""Files of the media store that may be served: those that lie in the store itself."""

from pathlib import Path

from infra.media_store import MediaStore, MissingMedia


def kept(media: MediaStore, uri: str) -> Path | None:
    """Return the file of a name; None where the store is no folder.

    Raises MissingMedia for a name without a file, and for one that a link leads out of the store: what gives
    media to everybody who may look must give nothing else of the machine, whoever laid the link.
    """
    root, named = media.root, media.local_path(uri)
    if root is None or named is None:
        return None
    try:
        file = named.resolve()
        if file.is_relative_to(root.resolve()) and file.is_file():
            return file
    except (OSError, RuntimeError) as error:
        # A name longer than file systems take, links in a circle.
        raise MissingMedia(uri) from error
    raise MissingMedia(uri)
