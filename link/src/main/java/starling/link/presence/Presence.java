package starling.link.presence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import starling.link.frame.PlanHash;
import starling.link.topic.Name;
import starling.link.topic.Role;

/**
 * What a worker or the router says about itself: at birth (retained), with each heartbeat, and, through the broker, when it dies. On the wire one
 * JSON object of exactly these keys and at most {@link #MAX_BYTES} bytes; anything else is refused when parsed.
 *
 * @param identity the stable identity: the MQTT user name, {@code worker-3} or {@code router}
 * @param instance one run of the program: drawn anew at each start, so that what an old run left behind is not taken for the new one; obeys
 *     {@link Name}
 * @param connection grows with each attempt to connect within this run, from 1: an old connection's last will says nothing about a newer connection
 * @param beat counts the heartbeats of this run; 0 at birth
 * @param status how far it is
 * @param startedMillis when the run began by its own clock, in ms since 1970; for people only, nothing is decided by it
 * @param plan the plan it has loaded; {@link PlanHash#NONE} for none
 * @param epoch the epoch it follows; {@link #NO_EPOCH} for none yet
 * @param version of the program
 * @param localSource whether it has a local source of inputs
 */
public record Presence(
        String identity,
        String instance,
        int connection,
        long beat,
        Status status,
        long startedMillis,
        PlanHash plan,
        long epoch,
        String version,
        boolean localSource) {

    /** How far a program is. */
    public enum Status {
        /** Connected, loading or waiting for others. */
        STARTING,
        /** Ready for work. */
        READY,
        /** Gone: said in its last will, or as good-bye. */
        GONE
    }

    /** The longest JSON text in bytes. */
    public static final int MAX_BYTES = 1024;

    /** The epoch of one that follows none yet. */
    public static final long NO_EPOCH = 0;

    private static final int SCHEMA = 1;
    private static final Set<String> KEYS = Set.of(
            "schema",
            "identity",
            "instance",
            "connection",
            "beat",
            "status",
            "started",
            "plan",
            "epoch",
            "version",
            "localSource");

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(2)
                            .maxStringLength(MAX_BYTES)
                            .maxNumberLength(20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public Presence {
        Name.require("an identity", identity);
        Name.require("an instance", instance);
        Name.require("a version", version);
        if (connection < 1) {
            throw new IllegalArgumentException("a connection's number must be at least 1: it is " + connection);
        }
        if (beat < 0) {
            throw new IllegalArgumentException("a beat must not be negative: it is " + beat);
        }
        if (epoch < 0) {
            throw new IllegalArgumentException("an epoch must not be negative: it is " + epoch);
        }
    }

    /** What a run of a program says first: it began now, follows no epoch and has not connected yet. */
    public static Presence starting(Role role, String instance, PlanHash plan, String version, boolean localSource) {
        return new Presence(
                role.user(),
                instance,
                1,
                0,
                Status.STARTING,
                System.currentTimeMillis(),
                plan,
                NO_EPOCH,
                version,
                localSource);
    }

    /** The same with another status. */
    public Presence withStatus(Status newStatus) {
        return new Presence(
                identity, instance, connection, beat, newStatus, startedMillis, plan, epoch, version, localSource);
    }

    /** The same with another epoch. */
    public Presence withEpoch(long newEpoch) {
        return new Presence(
                identity, instance, connection, beat, status, startedMillis, plan, newEpoch, version, localSource);
    }

    Presence at(int newConnection, long newBeat) {
        return new Presence(
                identity, instance, newConnection, newBeat, status, startedMillis, plan, epoch, version, localSource);
    }

    /** Whether it follows an epoch, and an older one than the given one. */
    public boolean isOlderThan(long presentEpoch) {
        return epoch != NO_EPOCH && epoch < presentEpoch;
    }

    /** The JSON text. */
    public byte[] toJson() {
        ObjectNode node = JSON.createObjectNode()
                .put("schema", SCHEMA)
                .put("identity", identity)
                .put("instance", instance)
                .put("connection", connection)
                .put("beat", beat)
                .put("status", status.name().toLowerCase(Locale.ROOT))
                .put("started", startedMillis)
                .put("plan", plan.toString())
                .put("epoch", epoch)
                .put("version", version)
                .put("localSource", localSource);
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Parses what {@link #toJson} writes, and nothing else.
     *
     * @throws IllegalArgumentException with one sentence if it is anything else
     */
    public static Presence parse(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a presence must have at most " + MAX_BYTES + " bytes: it has " + json.length);
        }
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "a presence must be JSON: " + Fields.shorten(String.valueOf(e.getOriginalMessage())), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException("a presence must be a JSON object: it is " + node.getNodeType());
        }
        node.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException("a presence has no key " + Fields.shorten(key));
            }
        });
        Fields fields = new Fields(node);
        long schema = fields.integer("schema");
        if (schema != SCHEMA) {
            throw new IllegalArgumentException("a presence's schema must be " + SCHEMA + ": it is " + schema);
        }
        return new Presence(
                fields.text("identity"),
                fields.text("instance"),
                fields.number("connection"),
                fields.integer("beat"),
                fields.status("status"),
                fields.integer("started"),
                fields.plan("plan"),
                fields.integer("epoch"),
                fields.text("version"),
                fields.flag("localSource"));
    }
}
