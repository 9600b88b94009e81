package starling.router.trial;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One round as it is written down.
 *
 * @param round from 1
 * @param loss mean of the nodes' batches before the step; null where no node computed
 * @param accuracy on the test samples after it; null where it was not judged
 * @param participants nodes that took part
 * @param sent nodes whose update is in the mean
 * @param refused nodes whose update was refused
 * @param outages nodes whose power sufficed for nothing
 * @param missing nodes that took part and were away or did not answer in time
 * @param bytesUp of all messages or frames
 * @param bytesDown of the model's move as float32, to every node that took part
 * @param channelUses of the nodes that sent
 * @param channelUsesAll if all nodes had sent
 * @param energy of all frames
 * @param seconds that it took
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RoundRecord(
        long round,
        @Nullable Double loss,
        @Nullable Double accuracy,
        int participants,
        int sent,
        int refused,
        int outages,
        int missing,
        long bytesUp,
        long bytesDown,
        double channelUses,
        double channelUsesAll,
        double energy,
        double seconds) {
    static final String HEADER =
            "round,loss,accuracy,participants,sent,refused,outages,missing,bytesUp,bytesDown,channelUses,channelUsesAll,energy,seconds";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One line. */
    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static RoundRecord parse(String json) throws JsonProcessingException {
        return JSON.readValue(json, RoundRecord.class);
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%d,%d,%d,%d,%d,%d,%d,%s,%s,%s,%.6f",
                round,
                loss == null ? "" : loss,
                accuracy == null ? "" : accuracy,
                participants,
                sent,
                refused,
                outages,
                missing,
                bytesUp,
                bytesDown,
                channelUses,
                channelUsesAll,
                energy,
                seconds);
    }
}
