package starling.router.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The body of an inference request, in one of two media types:
 *
 * <pre>
 * application/json          {"input": [0.1, 0.2, ...]}, arrays in arrays are read in order;
 *                           or {"local": true}: the workers take their own sources
 * application/octet-stream  float32 numbers, little-endian
 * </pre>
 *
 * <p>Memory: the body, and one number per element of the model's input.
 *
 * @param input all the model's inputs, flattened, one after the other; null for the workers' own sources
 */
// One caller reads it and hands it on; nobody compares two of them.
@SuppressWarnings("ArrayRecordComponent")
record InferBody(float @Nullable [] input) {
    private static final int CHARACTERS_PER_NUMBER = 64;
    private static final int BESIDE = 4096;
    private static final int DEEPEST = 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(CHARACTERS_PER_NUMBER)
                    .maxStringLength(BESIDE)
                    .maxNameLength(BESIDE)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** The media types of the contract. */
    enum Type {
        JSON,
        OCTETS;

        static Type of(@Nullable String contentType) throws BadRequestException {
            String name = contentType == null
                    ? ""
                    : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            return switch (name) {
                case "application/json" -> JSON;
                case "application/octet-stream" -> OCTETS;
                default ->
                    throw new BadRequestException(
                            415,
                            "the content type must be application/json or application/octet-stream: "
                                    + (name.isEmpty() ? "there is none" : "it is '" + shorten(name) + "'"));
            };
        }

        /** The longest body for a model's input. */
        long limit(int elements) {
            return this == JSON ? BESIDE + (long) CHARACTERS_PER_NUMBER * elements : (long) Float.BYTES * elements;
        }
    }

    /**
     * Reads a body.
     *
     * @param elements numbers of the model's input
     * @param shapes of the model's inputs, for people
     * @throws BadRequestException when it is malformed, or has another number of numbers
     */
    static InferBody read(Type type, byte[] body, int elements, String shapes) throws BadRequestException {
        return type == Type.JSON ? json(body, elements, shapes) : octets(body, elements, shapes);
    }

    private static InferBody octets(byte[] body, int elements, String shapes) throws BadRequestException {
        if (body.length != Float.BYTES * elements) {
            throw new BadRequestException(
                    400,
                    "the input must have " + elements + " numbers (" + shapes + "), " + Float.BYTES * elements
                            + " octets: it has " + body.length + " octets");
        }
        float[] input = new float[elements];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(input);
        return new InferBody(input);
    }

    private static InferBody json(byte[] body, int elements, String shapes) throws BadRequestException {
        try (JsonParser parser = JSON.createParser(body)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object");
            float[] input = null;
            boolean local = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                switch (key) {
                    case "input" -> input = numbers(parser, elements, shapes);
                    case "local" -> {
                        JsonToken value = parser.nextToken();
                        require(value != null && value.isBoolean(), "\"local\" must be true or false");
                        local = value == JsonToken.VALUE_TRUE;
                    }
                    default ->
                        throw new BadRequestException(
                                400, "the body's keys are input and local: '" + shorten(key) + "' is none of them");
                }
            }
            require(parser.nextToken() == null, "nothing must follow the JSON object");
            require(local != (input != null), "the body must have either \"input\" or \"local\": true");
            return new InferBody(input);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new BadRequestException(
                    400, "the body is malformed JSON" + where + ": " + shorten(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new BadRequestException(400, "the body cannot be read: " + shorten(String.valueOf(e.getMessage())));
        }
    }

    private static float[] numbers(JsonParser parser, int elements, String shapes)
            throws IOException, BadRequestException {
        require(parser.nextToken() == JsonToken.START_ARRAY, "\"input\" must be an array of numbers");
        float[] input = new float[elements];
        int count = 0;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else {
                require(
                        token != null && token.isNumeric(),
                        "\"input\" must hold numbers only: after " + count + " numbers there is "
                                + shorten(String.valueOf(parser.getText())));
                if (count < elements) {
                    input[count] = parser.getFloatValue();
                }
                count++;
            }
        }
        require(count == elements, "the input must have " + elements + " numbers (" + shapes + "): it has " + count);
        return input;
    }

    private static void require(boolean holds, String sentence) throws BadRequestException {
        if (!holds) {
            throw new BadRequestException(400, sentence);
        }
    }

    /** At most 100 characters of a foreign text, control characters replaced. */
    private static String shorten(String text) {
        String start = text.length() > 100 ? text.substring(0, 100) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", " ");
    }
}
