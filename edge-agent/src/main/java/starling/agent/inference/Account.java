package starling.agent.inference;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What one inference cost one worker, as the JSON annex of its answer: every key always there, times in µs. */
final class Account {
    /** Characters kept of a failure's sentence, so that an annex always fits into its frame. */
    static final int MAX_SENTENCE = 500;

    private Account() {}

    static String of(Flight flight, @Nullable String error) {
        return text(
                flight.computeNanos,
                flight.waitNanos,
                flight.sentBytes,
                flight.receivedBytes,
                flight.sentFrames,
                flight.rounds,
                flight.missing,
                error);
    }

    /** Of an inference that never began. */
    static String ofNothing(String error) {
        return text(0, 0, 0, 0, 0, 0, new BitSet(), error);
    }

    private static String text(
            long computeNanos,
            long waitNanos,
            long sentBytes,
            long receivedBytes,
            int sentFrames,
            int rounds,
            BitSet missing,
            @Nullable String error) {
        StringBuilder json = new StringBuilder(160)
                .append("{\"computeMicros\":")
                .append(TimeUnit.NANOSECONDS.toMicros(computeNanos))
                .append(",\"waitMicros\":")
                .append(TimeUnit.NANOSECONDS.toMicros(waitNanos))
                .append(",\"sentBytes\":")
                .append(sentBytes)
                .append(",\"receivedBytes\":")
                .append(receivedBytes)
                .append(",\"sentFrames\":")
                .append(sentFrames)
                .append(",\"rounds\":")
                .append(rounds)
                .append(",\"missing\":[");
        for (int worker = missing.nextSetBit(0); worker >= 0; worker = missing.nextSetBit(worker + 1)) {
            json.append(worker).append(missing.nextSetBit(worker + 1) >= 0 ? "," : "");
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

    static String shorten(String sentence) {
        return sentence.length() <= MAX_SENTENCE ? sentence : sentence.substring(0, MAX_SENTENCE - 3) + "...";
    }
}
