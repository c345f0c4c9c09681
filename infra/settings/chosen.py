"""Every setting: its type, its default, what it means, and what follows from several of them."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from infra import crash_point
from infra.host_policy import HostPolicy, policy
from infra.settings.families import SRT_DEFAULT

Role = Literal["none", "viewer", "operator", "admin"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
# At least one sample of a picture; at most an hour: what may stand still for longer is better not watched.
Delay = Annotated[float, Field(ge=0.2, le=3600.0)]
Port = Annotated[int, Field(ge=1, le=65535)]
# At least what clips, players and analyses still read; at most what the topics of the media remember.
Keep = Annotated[float, Field(ge=900.0, le=604_800.0)]


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
    horus_cors_origins: str = Field(
        "",
        description="who may call from a browser; origins, comma-separated; *: any, but only as anonymous",
    )
    horus_trusted_proxies: str = Field(
        "", description="proxies that say who asks (X-Forwarded-For, -Proto); addresses, comma-separated"
    )
    horus_stream_hosts: str = Field(
        "any",
        description="hosts that streams may come from: networks, names, any (but cloud metadata), public; "
        "comma-separated",
    )
    horus_webhook_hosts: str = Field(
        "public", description="hosts that webhooks may be sent to, written as in HORUS_STREAM_HOSTS"
    )
    horus_channels_max: Annotated[int, Field(ge=1, le=10_000)] = Field(
        256, description="channels that the API lets be configured; each one watched is an ffmpeg"
    )
    horus_stream_files: str = Field(
        "",
        description="folders whose files may be watched as channels, comma-separated; "
        "default: any, but only by `horus channels`",
    )
    horus_models: Path | None = Field(
        None, description="folder of .tflite models; default: the committed ones"
    )
    horus_tflite_runtime: Literal["litert", "litert-exact", "tflite-runtime"] = Field(
        "litert", description="what runs the models: litert, litert-exact, tflite-runtime (docs/models.md)"
    )
    horus_media_url: str = Field(
        "", description="media store: a folder or an fsspec URL; default: <home>/media"
    )
    horus_media_keep_s: Keep = Field(
        604_800, description="seconds that segments are kept, until an admin configures the storage"
    )
    horus_media_quota_bytes: Annotated[int, Field(ge=0)] = Field(
        0, description="bytes that live segments may take, likewise; 0: no limit"
    )
    horus_upload_max_mb: Annotated[int, Field(ge=1, le=1_048_576)] = Field(
        2048, description="megabytes (of 2**20 bytes) that an uploaded file may have"
    )
    horus_upload_max_s: Annotated[float, Field(ge=1.0, le=86_400.0)] = Field(
        14_400.0, description="seconds that the media in an uploaded file may last"
    )
    horus_upload_inline_s: Annotated[float, Field(ge=0.0, le=600.0)] = Field(
        30.0, description="seconds of media up to which an upload is answered with what was found"
    )
    horus_upload_wait_s: Annotated[float, Field(ge=0.0, le=600.0)] = Field(
        60.0, description="seconds after which such an upload is answered as queued all the same"
    )
    horus_uploads_at_once: Annotated[int, Field(ge=1, le=64)] = Field(
        8, description="uploads that an API process takes in at the same time"
    )
    horus_upload_keep_s: Keep = Field(604_800, description="seconds that uploads' media is kept, likewise")
    horus_sync_roots: str = Field(
        "", description="folders that clips may be copied into; comma-separated; default: <home>/export"
    )
    horus_storage_metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="port on 127.0.0.1 for Prometheus metrics of the storage process; 0: none"
    )
    horus_webhook_key: SecretStr | None = Field(
        None, description="key that seals webhooks' secrets; without one the first start makes and stores it"
    )
    horus_seal_key: SecretStr | None = Field(
        None,
        description="key that seals what opens sources, in the log; 32 bytes in URL-safe base64; without one "
        "the first need makes and stores it",
    )
    horus_webhook_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        10, description="attempts at a webhook's delivery before it becomes a dead letter"
    )
    horus_webhook_backoff_s: Annotated[float, Field(ge=0.01, le=60.0)] = Field(
        1.0, description="seconds before a webhook's second attempt; doubled before each further one"
    )
    horus_webhook_timeout_s: Annotated[float, Field(ge=0.1, le=60.0)] = Field(
        10.0, description="seconds that a webhook's target has to answer"
    )
    horus_ffmpeg: Path | None = Field(None, description="ffmpeg with SRT; default: PATH, else the wheel's")
    horus_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="log level")
    # Half a minute of one channel's picture and sound, which are two events a second. The most is what can be
    # told from the letters that a start looks at (infra/poison.py).
    horus_poison_run: Annotated[int, Field(ge=1, le=500)] = Field(
        50, description="records in a row of a partition at which a stage stops instead of rejecting them"
    )
    horus_poison_ratio: Probability = Field(
        0.5, description="share of a partition's last 200 records beyond which it stops likewise; 1: never"
    )
    # A start costs some seconds of a processor: a tenth of it at most, for as long as nobody looks.
    horus_poison_rest_s: Annotated[float, Field(ge=0.0, le=3600.0)] = Field(
        30.0,
        description="seconds for which a stage that has stopped so rests before it ends",
    )
    horus_crash_at: str = Field(
        "", description="for tests: the crash point at which a process kills itself (infra/crash_point.py)"
    )
    # Half a megabyte each at the worst, and a write a message: what one process serves well
    # (docs/benchmarks.md).
    horus_push_clients: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1000, description="WebSocket and SSE clients that one API process takes; more are told to try again"
    )
    # A burst of some hundred messages; beyond it a client is fed from the ring, at its own pace.
    horus_push_queue_bytes: Annotated[int, Field(ge=64 * 1024)] = Field(
        512 * 1024, description="bytes that may wait in memory for one WebSocket client"
    )
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

    srt_stream_urls: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="address of a source by the streamId that clients give: SRT_STREAM_URL_<ID>",
    )

    @field_validator("horus_stream_hosts", "horus_webhook_hosts")
    @classmethod
    def _is_a_policy(cls, text: str) -> str:
        policy(text, "")
        return text

    @field_validator("horus_crash_at")
    @classmethod
    def _is_a_crash_point(cls, text: str) -> str:
        crash_point.parse(text)
        return text

    @field_validator("horus_admin_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value() if key is not None else ""
        if not text.isascii() or text != text.strip():
            raise ValueError("must be ASCII, without spaces at its ends: it travels in a header")
        return key

    @field_validator("horus_seal_key")
    @classmethod
    def _is_a_fernet_key(cls, key: SecretStr | None) -> SecretStr | None:
        # 256 bits in the URL-safe alphabet, with or without the sign at their end.
        if key is not None and not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", key.get_secret_value()):
            raise ValueError(
                "must be a Fernet key: 32 random bytes in URL-safe base64, as "
                "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` prints them"
            )
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
    def sync_roots(self) -> tuple[Path, ...]:
        """Return the folders that clips may be copied into; the first is the default one."""
        given = [each.strip() for each in self.horus_sync_roots.split(",") if each.strip()]
        return tuple(Path(each).expanduser().absolute() for each in given) or (self.home / "export",)

    @property
    def stream_policy(self) -> HostPolicy:
        """Return where streams may come from."""
        return policy(self.horus_stream_hosts, "HORUS_STREAM_HOSTS")

    @property
    def webhook_policy(self) -> HostPolicy:
        """Return where webhooks may be sent to."""
        return policy(self.horus_webhook_hosts, "HORUS_WEBHOOK_HOSTS")

    @property
    def stream_files(self) -> tuple[Path, ...] | None:
        """Return the folders whose files may be watched as channels; None: any file, by the command line."""
        given = [each.strip() for each in self.horus_stream_files.split(",") if each.strip()]
        return tuple(Path(each).expanduser().absolute() for each in given) or None

    def stream_url(self, stream_id: str) -> str | None:
        """Return the address that the environment gives for a client's streamId, else the default one."""
        name = stream_id.upper().replace("-", "_") or SRT_DEFAULT
        found = self.srt_stream_urls.get(name) or self.srt_stream_urls.get(SRT_DEFAULT)
        return found.get_secret_value() if found is not None else None

    @property
    def clips(self) -> Path:
        """Return the folder of evidence clips and thumbnails."""
        return self.home / "clips"
