package starling.router.inference;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.link.frame.ElementType;
import starling.link.frame.FrameDescriptor;

/**
 * What a worker says one inference cost it: the annex of its ANSWER frame, JSON.
 *
 * @param computeMicros time its stages ran
 * @param waitMicros time it waited for frames
 * @param sentBytes octets of the EXCHANGE frames it sent, header and payload
 * @param receivedBytes octets of those it used
 * @param sentFrames how many it sent
 * @param rounds exchanges it took part in
 * @param missing workers whose frame did not come
 * @param error why it failed, null when it did not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerReport(
        long computeMicros,
        long waitMicros,
        long sentBytes,
        long receivedBytes,
        long sentFrames,
        long rounds,
        List<Integer> missing,
        @Nullable String error) {

    private static final long MOST = 1L << 50;
    private static final ObjectReader READER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .readerFor(WorkerReport.class);

    public WorkerReport {
        requireCount("computeMicros", computeMicros);
        requireCount("waitMicros", waitMicros);
        requireCount("sentBytes", sentBytes);
        requireCount("receivedBytes", receivedBytes);
        requireCount("sentFrames", sentFrames);
        requireCount("rounds", rounds);
        missing = missing == null ? List.of() : List.copyOf(missing);
    }

    /**
     * Reads an annex; keys that are absent count as 0, keys of later versions are passed over.
     *
     * @param workers numbers of workers are below this
     * @return null when it is no such JSON, or a number in it is impossible
     */
    static @Nullable WorkerReport read(String annex, int workers) {
        try {
            WorkerReport report = READER.readValue(annex);
            boolean known = report != null
                    && report.missing.stream().allMatch(worker -> worker >= 0 && worker < workers)
                    && report.missing.size() <= workers;
            return known ? report : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Numbers it sent, given how they were written. */
    long sentValues(ElementType type) {
        return Math.max(0, sentBytes - FrameDescriptor.HEADER_LENGTH * sentFrames) / type.bytes();
    }

    private static void requireCount(String name, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(name + " must be 0 to 2^50: it is " + value);
        }
    }
}
