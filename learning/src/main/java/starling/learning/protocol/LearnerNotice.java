package starling.learning.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of its part in a trial, kept by the broker. JSON of exactly these keys.
 *
 * @param schema of this notice
 * @param trial and the epoch that it follows
 * @param epoch see {@link TrialNotice}
 * @param samples that it learns from
 * @param key with which others share seeds of masks with it, base64 of an X.509 public key of X25519; null where frames are not masked
 * @param refused why it cannot take part; null if it can
 */
public record LearnerNotice(
        @JsonProperty(value = "schema", required = true) int schema,
        @JsonProperty(value = "trial", required = true) String trial,
        @JsonProperty(value = "epoch", required = true) long epoch,
        @JsonProperty(value = "samples", required = true) int samples,

        @JsonProperty(value = "key", required = true) @Nullable
        String key,

        @JsonProperty(value = "refused", required = true) @Nullable
        String refused) {
    private static final int SCHEMA = 1;
    private static final int LONGEST = 500;

    public LearnerNotice {
        if (schema != SCHEMA) {
            throw new IllegalArgumentException("the schema of a learner's notice must be " + SCHEMA + ": " + schema);
        }
        if (refused == null && samples < 1) {
            throw new IllegalArgumentException("a node that learns must have samples: " + samples);
        }
    }

    /** A node that takes part. */
    public static LearnerNotice of(TrialNotice trial, int samples, @Nullable String key) {
        return new LearnerNotice(SCHEMA, trial.trial(), trial.epoch(), samples, key, null);
    }

    /** A node that cannot. */
    public static LearnerNotice refused(TrialNotice trial, String why) {
        return new LearnerNotice(
                SCHEMA, trial.trial(), trial.epoch(), 0, null, why.substring(0, Math.min(LONGEST, why.length())));
    }

    public byte[] encode() {
        return Json.write(this);
    }

    /**
     * Reads a notice.
     *
     * @throws starling.codes.MalformedMessageException when it is none
     */
    public static LearnerNotice decode(byte[] bytes) {
        return Json.read("a learner's notice", bytes, LearnerNotice.class);
    }
}
