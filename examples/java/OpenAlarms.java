import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Alarms by channel and fault type: how many there were, how many are open now, and the longest.
 *
 * <p>Reads horus.ocorrencias.v1 from its beginning, prints a line for each alarm that opens or closes, and with
 * --once a table at the end of the log. Counting is where repeats matter: a record whose ce_id was seen before is
 * dropped.
 */
public final class OpenAlarms {
    private final ObjectMapper json = new ObjectMapper();
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Row> rows = new TreeMap<>();
    /** The row of each open alarm, by the occurrence's uid. */
    private final Map<String, Row> open = new HashMap<>();
    private final boolean quiet;

    private static final class Row {
        int opened;
        int open;
        double longest;
    }

    private OpenAlarms(boolean quiet) {
        this.quiet = quiet;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> given = new HashMap<>(Map.of("--brokers", "127.0.0.1:19092", "--topic", "horus.ocorrencias.v1"));
        boolean once = false;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--once")) {
                once = true;
            } else if (given.containsKey(args[i]) && i + 1 < args.length) {
                given.put(args[i], args[++i]);
            } else {
                System.err.println("usage: OpenAlarms [--brokers HOST:PORT] [--topic NAME] [--once]");
                System.exit(2);
            }
        }
        new OpenAlarms(once).follow(given.get("--brokers"), given.get("--topic"), once);
    }

    private void follow(String brokers, String topic, boolean once) throws Exception {
        Properties settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).toList();
            // No group: every copy of this program reads everything, by its own position.
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (!once || partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    take(record);
                }
            }
        }
        print();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws Exception {
        String type = header(record, "ce_type");
        if (record.value() == null || !seen.add(header(record, "ce_id"))) {
            return;
        }
        // The version is left open on purpose: within it only fields are added, and a new one has the same name.
        if (type.startsWith("horus.OcorrenciaOpened.")) {
            JsonNode data = json.readTree(record.value());
            Row row = rows.computeIfAbsent(name(data), key -> new Row());
            row.opened++;
            row.open++;
            open.put(data.get("uid").asText(), row);
            tell("OPENED", data);
        } else if (type.startsWith("horus.OcorrenciaClosed.")) {
            JsonNode data = json.readTree(record.value());
            Row row = open.remove(data.get("uid").asText());
            if (row != null) {
                row.open--;
                row.longest = Math.max(row.longest, data.get("fault").get("duration_s").asDouble());
                tell("closed", data);
            }
        }
        // Every other type, also one that is younger than this program, is passed over.
    }

    private static String name(JsonNode data) {
        return String.format("%-16s %-16s", data.get("channel").asText(), data.get("fault").get("type").asText());
    }

    private void tell(String what, JsonNode data) {
        if (!quiet) {
            System.out.printf("%s %s %s%n", what, name(data), data.get("fault").get("severity").asText());
        }
    }

    private void print() {
        System.out.printf("%-16s %-16s %6s %5s %9s%n", "CHANNEL", "FAULT", "OPENED", "OPEN", "LONGEST");
        rows.forEach((name, row) -> System.out.printf("%s %6d %5d %7.1f s%n", name, row.opened, row.open, row.longest));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
