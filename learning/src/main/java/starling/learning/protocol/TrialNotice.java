package starling.learning.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import starling.learning.settings.TrialSettings;

/**
 * What the router says of its trial, kept by the broker for those who come later. JSON of exactly these keys.
 *
 * @param schema of this notice
 * @param trial names its settings: the first 32 hexadecimal digits of their SHA-256
 * @param epoch of this run of the router; a later run has a higher one
 * @param ended whether the trial is over
 * @param numbers of the model
 * @param samples of the data set that is dealt to the nodes; 0 where they have their own
 * @param settings as a YAML file with every default
 */
public record TrialNotice(
        @JsonProperty(value = "schema", required = true) int schema,
        @JsonProperty(value = "trial", required = true) String trial,
        @JsonProperty(value = "epoch", required = true) long epoch,
        @JsonProperty(value = "ended", required = true) boolean ended,
        @JsonProperty(value = "numbers", required = true) int numbers,
        @JsonProperty(value = "samples", required = true) int samples,
        @JsonProperty(value = "settings", required = true) String settings) {
    /** The period of the signs of life of all that take part in a trial. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private static final int SCHEMA = 1;
    private static final int DIGITS = 32;

    public TrialNotice {
        Objects.requireNonNull(trial, "a trial's notice must have the key trial");
        Objects.requireNonNull(settings, "a trial's notice must have the key settings");
        if (schema != SCHEMA) {
            throw new IllegalArgumentException("the schema of a trial's notice must be " + SCHEMA + ": " + schema);
        }
        if (!trial.equals(name(settings))) {
            throw new IllegalArgumentException(
                    "a trial must be named after its settings: " + name(settings) + ", not " + trial);
        }
        if (numbers < 1 || samples < 0) {
            throw new IllegalArgumentException(
                    "a trial needs a model, and samples are not negative: " + numbers + " numbers, " + samples);
        }
        if (epoch < 1) {
            throw new IllegalArgumentException("an epoch must be at least 1: " + epoch);
        }
    }

    /** The notice of a trial. */
    public static TrialNotice of(TrialSettings settings, long epoch, int numbers, int samples) {
        return new TrialNotice(SCHEMA, name(settings.asRun()), epoch, false, numbers, samples, settings.asRun());
    }

    /** The same in another run of the router. */
    public TrialNotice withEpoch(long other) {
        return new TrialNotice(schema, trial, other, ended, numbers, samples, settings);
    }

    /** The same when the trial is over. */
    public TrialNotice over() {
        return new TrialNotice(schema, trial, epoch, true, numbers, samples, settings);
    }

    private static String name(String settings) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(settings.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    public byte[] encode() {
        return Json.write(this);
    }

    /**
     * Reads a notice.
     *
     * @throws starling.codes.MalformedMessageException when it is none
     */
    public static TrialNotice decode(byte[] bytes) {
        return Json.read("a trial's notice", bytes, TrialNotice.class);
    }
}
