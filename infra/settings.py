"""All settings of Horus in one typed place, read from the environment and from ``.env``."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.faults import FAULTS, Category

Role = Literal["none", "viewer", "operator", "admin"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Port = Annotated[int, Field(ge=1, le=65535)]


class BadSettings(ValueError):
    """Settings that cannot hold; the text names each one and what is wrong, a line each."""


class Settings(BaseSettings):
    """What an installation chooses. Field names are the environment's, in lower case."""

    horus_home: Path = Field(
        Path(".horus"), description="state of this installation: servers' data, media, logs"
    )
    horus_host: str = Field("127.0.0.1", description="address that the API listens on")
    horus_port: Port = Field(8000, description="port of the API")
    horus_admin_key: SecretStr | None = Field(
        None, description="key with the admin role; without one the first start makes and stores it"
    )
    horus_anonymous_role: Role = Field("none", description="role of requests without a key")
    horus_cors_origins: str = Field("", description="who may call from a browser; origins, comma-separated")
    horus_models: Path | None = Field(
        None, description="folder of .tflite models; default: the committed ones"
    )
    horus_media_url: str = Field(
        "", description="media store: a folder or an fsspec URL; default: <home>/media"
    )
    horus_ffmpeg: Path | None = Field(None, description="ffmpeg with SRT; default: PATH, else the wheel's")
    horus_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="log level")
    horus_kafka_port: Port = Field(19092, description="port of the embedded Kafka broker")
    horus_kafka_controller_port: Port = Field(19093, description="port of the embedded Kafka controller")
    horus_postgres_port: Port = Field(15432, description="port of the embedded Postgres")
    kafka_bootstrap_servers: str = Field("", description="Kafka elsewhere, instead of the embedded one")
    database_url: SecretStr | None = Field(
        None, description="Postgres elsewhere, instead of the embedded one"
    )

    video_vote_k: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="bad samples in a row before a picture fault may open"
    )
    video_moving_avg_m: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="samples in the moving average of picture scores"
    )
    video_thresh_default: Probability = Field(
        0.6, description="threshold of picture classes that neither a setting nor the model's card names"
    )
    audio_vote_k: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="bad samples in a row before a sound fault may open"
    )
    audio_moving_avg_m: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="samples in the moving average of sound scores"
    )
    audio_thresh_default: Probability = Field(
        0.6, description="threshold of sound classes that neither a setting nor the model's card names"
    )
    thresholds: dict[str, Probability] = Field(
        default_factory=dict, description="threshold by class: VIDEO_THRESH_<CLASS>, AUDIO_THRESH_<CLASS>"
    )

    @field_validator("horus_admin_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value() if key is not None else ""
        if not text.isascii() or text != text.strip():
            raise ValueError("must be ASCII, without spaces at its ends: it travels in a header")
        return key

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but what ``load`` gives: it alone knows the environment."""
        return (init_settings,)

    @property
    def bootstrap_servers(self) -> str:
        """Return the brokers to talk to."""
        return self.kafka_bootstrap_servers or f"127.0.0.1:{self.horus_kafka_port}"

    @property
    def embedded_kafka(self) -> bool:
        """Tell whether this installation runs a broker of its own."""
        return not self.kafka_bootstrap_servers

    @property
    def embedded_postgres(self) -> bool:
        """Tell whether this installation runs a Postgres of its own."""
        return self.database_url is None

    @property
    def media_url(self) -> str:
        """Return where the media store lies."""
        return self.horus_media_url or str(self.home / "media")

    @property
    def home(self) -> Path:
        """Return the absolute folder of this installation's state."""
        return self.horus_home.expanduser().absolute()

    @property
    def clips(self) -> Path:
        """Return the folder of evidence clips and thumbnails."""
        return self.home / "clips"


OWN_PREFIX = "HORUS_"
SECRETS = frozenset({"HORUS_ADMIN_KEY", "DATABASE_URL"})
THRESHOLD_PREFIXES = {"VIDEO_THRESH_": Category.VIDEO, "AUDIO_THRESH_": Category.AUDIO}


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings: the environment first, then ``.env``, then the defaults.

    Raises BadSettings, naming every unknown ``HORUS_*``, ``VIDEO_THRESH_*`` or ``AUDIO_THRESH_*`` and every
    value out of range.
    """
    given: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        given.update({name: value for name, value in dotenv_values(dotenv).items() if value is not None})
    given.update(os.environ if environ is None else environ)
    values: dict[str, Any] = {}
    thresholds: dict[str, str] = {}
    wrong: list[str] = []
    known = set(Settings.model_fields) - {"thresholds"}
    for name, value in given.items():
        if name.lower() in known:
            if value != "":
                values[name.lower()] = value
        elif fault := _class_of_threshold(name):
            thresholds[fault] = value
        elif name.startswith((OWN_PREFIX, *THRESHOLD_PREFIXES)):
            wrong.append(f"{name}: no such setting (`horus settings` lists them)")
    try:
        settings = Settings(**values, thresholds=thresholds)
    except ValidationError as error:
        wrong += [_complaint(problem["loc"], problem["msg"], problem["input"]) for problem in error.errors()]
    if wrong:
        raise BadSettings("\n".join(wrong))
    return settings


def _class_of_threshold(name: str) -> str | None:
    for prefix, category in THRESHOLD_PREFIXES.items():
        fault = FAULTS.get(name.removeprefix(prefix).lower())
        if name.startswith(prefix) and fault is not None and fault.category is category:
            return fault.name
    return None


def _complaint(where: tuple[int | str, ...], message: str, value: object) -> str:
    name = str(where[0]).upper()
    if len(where) > 1:
        fault = FAULTS[str(where[1])]
        name = f"{fault.category.value.upper()}_THRESH_{fault.name.upper()}"
    shown = "***" if name in SECRETS else value
    return f"{name}={shown}: {message}"


def in_words(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (name, value, meaning) of every setting, secrets masked, as shown at start."""
    rows = []
    for name, field in Settings.model_fields.items():
        if name == "thresholds":
            continue
        value = getattr(settings, name)
        shown = "(default)" if value is None or value == "" else str(value)
        rows.append((name.upper(), shown, field.description or ""))
    for fault, threshold in settings.thresholds.items():
        prefix = "VIDEO" if FAULTS[fault].category is Category.VIDEO else "AUDIO"
        rows.append((f"{prefix}_THRESH_{fault.upper()}", str(threshold), f"threshold of {fault}"))
    return rows
