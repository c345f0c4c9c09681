"""``python -m processors.video``: one worker of the video stage."""

from infra.media_store import MediaStore
from infra.settings import load
from processors.measuring import stored
from processors.models.installed import installed_model
from processors.stage.app import run_stage, worker_number
from processors.video.stage import video_stage

if __name__ == "__main__":
    number = worker_number()
    settings = load()
    model = installed_model("video", settings.horus_models, settings.horus_tflite_runtime)
    run_stage(video_stage(model, stored(MediaStore(settings.media_url))), settings, number)
