package starling.learning.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import starling.codes.MalformedMessageException;

/** Notices as JSON: exactly their keys, within bounds. */
final class Json {
    static final int LONGEST = 1 << 20;

    private static final int DEEPEST = 3;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST)
                            .maxNumberLength(20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    private Json() {}

    static byte[] write(Object notice) {
        try {
            return MAPPER.writeValueAsBytes(notice);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a notice.
     *
     * @param what it is, for the sentence: "a trial's notice"
     */
    static <T> T read(String what, byte[] bytes, Class<T> type) {
        if (bytes.length > LONGEST) {
            throw new MalformedMessageException(
                    what + " must have at most " + LONGEST + " bytes: it has " + bytes.length);
        }
        try {
            T notice = MAPPER.readValue(bytes, type);
            if (notice == null) {
                throw new MalformedMessageException(what + " must be a JSON object: it is null");
            }
            return notice;
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("empty");
            throw new MalformedMessageException(what + " cannot be read: " + why);
        }
    }
}
