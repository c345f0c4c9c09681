"""``python -m processors.audio``: one worker of the audio stage."""

from infra.media_store import MediaStore
from infra.settings import load
from processors.audio.stage import audio_stage
from processors.measuring import stored
from processors.models.installed import installed_model
from processors.stage.app import run_stage, worker_number

if __name__ == "__main__":
    number = worker_number()
    settings = load()
    model = installed_model("audio", settings.horus_models, settings.horus_tflite_runtime)
    run_stage(audio_stage(model, stored(MediaStore(settings.media_url))), settings, number)
