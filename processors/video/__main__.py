"""``python -m processors.video``: one worker of the video stage."""

from infra.media_store import MediaStore
from infra.settings import load
from processors.models.model import DEFAULT_MODELS, find_model, load_model
from processors.stage.app import run_stage, worker_number
from processors.video.stage import video_stage

if __name__ == "__main__":
    number = worker_number()
    settings = load()
    model = load_model(find_model(settings.horus_models or DEFAULT_MODELS, "video"))
    run_stage(video_stage(model, MediaStore(settings.media_url)), settings, number)
