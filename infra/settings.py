"""All settings of Horus in one typed place, read from the environment and from ``.env``."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.faults import FAULTS, Category

Role = Literal["none", "viewer", "operator", "admin"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
# At least one sample of a picture; at most an hour: what may stand still for longer is better not watched.
Delay = Annotated[float, Field(ge=0.2, le=3600.0)]
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
    horus_tflite_runtime: Literal["litert", "tflite-runtime"] = Field(
        "litert", description="what runs the models: litert or tflite-runtime (docs/models.md)"
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
        3, description="bad averages in a row before a picture fault may open"
    )
    video_moving_avg_m: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="samples in the moving average of picture scores"
    )
    video_thresh_default: Probability = Field(
        0.6, description="threshold of picture classes that neither a setting nor the model's card names"
    )
    # One: the onset is what makes a sound fault count; more votes would only lose faults of just a second.
    audio_vote_k: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="bad averages in a row before a sound fault may open"
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
    onsets: dict[str, Delay] = Field(
        default_factory=dict, description="seconds from which a fault counts, by class: ONSET_S_<CLASS>"
    )
    clears: dict[str, Delay] = Field(
        default_factory=dict, description="good seconds that end a fault, by class: CLEAR_S_<CLASS>"
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


class PerClass(NamedTuple):
    """A family of settings with a member for each class of faults."""

    prefix: str
    """Of the environment's names; the class in capitals follows."""
    field: str
    """Of Settings: the members given, by class."""
    categories: frozenset[Category]
    """Which classes have one."""
    meaning: str

    def names(self) -> dict[str, str]:
        """Return the class of each name there is."""
        return {
            f"{self.prefix}{fault.name.upper()}": fault.name
            for fault in FAULTS.values()
            if fault.category in self.categories
        }


_THRESHOLD = "threshold of one class, where it should differ from its model's"
PER_CLASS = (
    PerClass("VIDEO_THRESH_", "thresholds", frozenset({Category.VIDEO}), _THRESHOLD),
    PerClass("AUDIO_THRESH_", "thresholds", frozenset({Category.AUDIO}), _THRESHOLD),
    PerClass("ONSET_S_", "onsets", frozenset(Category), "seconds from which a fault of one class counts"),
    PerClass(
        "CLEAR_S_",
        "clears",
        frozenset({Category.VIDEO, Category.AUDIO}),
        "seconds without a fault of one class that end it",
    ),
)


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings: the environment first, then ``.env``, then the defaults.

    Raises BadSettings, naming every unknown ``HORUS_*`` or member of PER_CLASS and every value out of range.
    """
    given: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        given.update({name: value for name, value in dotenv_values(dotenv).items() if value is not None})
    given.update(os.environ if environ is None else environ)
    by_class = {name: (each.field, fault) for each in PER_CLASS for name, fault in each.names().items()}
    values: dict[str, Any] = {each.field: {} for each in PER_CLASS}
    known = Settings.model_fields.keys() - values.keys()
    wrong: list[str] = []
    for name, value in given.items():
        if name.lower() in known or name in by_class:
            if value == "":
                continue
            if name in by_class:
                field, fault = by_class[name]
                values[field][fault] = value
            else:
                values[name.lower()] = value
        elif name.startswith((OWN_PREFIX, *(each.prefix for each in PER_CLASS))):
            wrong.append(f"{name}: no such setting (`horus settings` lists them)")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        wrong += [_complaint(problem["loc"], problem["msg"], problem["input"]) for problem in error.errors()]
    if wrong:
        raise BadSettings("\n".join(wrong))
    return settings


def _complaint(where: tuple[int | str, ...], message: str, value: object) -> str:
    name = str(where[0]).upper()
    if len(where) > 1:
        members = [(each.field, names) for each in PER_CLASS for names in each.names().items()]
        name = next(name for field, (name, fault) in members if (field, fault) == where[:2])
    shown = "***" if name in SECRETS else value
    return f"{name}={shown}: {message}"


def in_words(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (name, value, meaning) of every setting, secrets masked, as shown at start."""
    rows = []
    families = {each.field for each in PER_CLASS}
    for name, field in Settings.model_fields.items():
        if name in families:
            continue
        value = getattr(settings, name)
        shown = "(default)" if value is None or value == "" else str(value)
        rows.append((name.upper(), shown, field.description or ""))
    for each in PER_CLASS:
        given: dict[str, float] = getattr(settings, each.field)
        rows += [
            (name, str(given[fault]), each.meaning) for name, fault in each.names().items() if fault in given
        ]
    return rows
