package starling.link.frame;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says one inference cost it: the annex of its ANSWER frame, one JSON object with all of these keys. Readers pass over
 * keys of later versions.
 *
 * @param computeMicros time its stages ran
 * @param waitMicros time it waited for frames
 * @param sentBytes octets of the EXCHANGE frames it sent, header and payload
 * @param receivedBytes octets of those it used
 * @param sentFrames how many it sent
 * @param rounds exchanges it took part in
 * @param missing workers whose frame did not come; at most the first {@value #MOST_MISSING} are written
 * @param error why it failed, null when it did not; at most {@value #LONGEST_ERROR} characters are written
 */
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
    /** With these two a report always fits into an annex, however its sentence is escaped. */
    private static final int MOST_MISSING = 96;

    private static final int LONGEST_ERROR = 500;

    private static final ObjectReader READER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .readerFor(WorkerReport.class);

    public WorkerReport {
        requireCount("computeMicros", computeMicros);
        requireCount("waitMicros", waitMicros);
        requireCount("sentBytes", sentBytes);
        requireCount("receivedBytes", receivedBytes);
        requireCount("sentFrames", sentFrames);
        requireCount("rounds", rounds);
        missing = List.copyOf(missing);
    }

    /** Of an inference that cost nothing, for it never began. */
    public static WorkerReport ofNothing(String error) {
        return new WorkerReport(0, 0, 0, 0, 0, 0, List.of(), error);
    }

    /** The annex. */
    public String write() {
        StringBuilder json = new StringBuilder(160)
                .append("{\"computeMicros\":")
                .append(computeMicros)
                .append(",\"waitMicros\":")
                .append(waitMicros)
                .append(",\"sentBytes\":")
                .append(sentBytes)
                .append(",\"receivedBytes\":")
                .append(receivedBytes)
                .append(",\"sentFrames\":")
                .append(sentFrames)
                .append(",\"rounds\":")
                .append(rounds)
                .append(",\"missing\":[");
        for (int i = 0; i < Math.min(missing.size(), MOST_MISSING); i++) {
            json.append(i > 0 ? "," : "").append(missing.get(i));
        }
        json.append("],\"error\":");
        if (error == null) {
            json.append("null");
        } else {
            json.append('"')
                    .append(JsonStringEncoder.getInstance().quoteAsString(shorten(error)))
                    .append('"');
        }
        return json.append('}').toString();
    }

    /**
     * Reads an annex.
     *
     * @param workers numbers of workers are below this
     * @return null when it is no such JSON, a key is not there, or a number is impossible
     */
    public static @Nullable WorkerReport read(String annex, int workers) {
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

    /** As much of a sentence as an annex has room for. */
    public static String shorten(String sentence) {
        if (sentence.length() <= LONGEST_ERROR) {
            return sentence;
        }
        int end = LONGEST_ERROR - 3;
        return sentence.substring(0, Character.isHighSurrogate(sentence.charAt(end - 1)) ? end - 1 : end) + "...";
    }

    /** Numbers it sent, given how they were written. */
    public long sentValues(ElementType type) {
        return Math.max(0, sentBytes - FrameDescriptor.HEADER_LENGTH * sentFrames) / type.bytes();
    }

    private static void requireCount(String name, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(name + " must be 0 to 2^50: it is " + value);
        }
    }
}
