package starling.models.profile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * What one device can do: a JSON file that {@code edge-agent bench} writes and {@code repurpose partition --profile} reads. One object with
 * exactly these keys; docs/PROFILE.md has them for people.
 *
 * @param schema version of this layout, {@value #SCHEMA}
 * @param producer program and version that measured
 * @param device operating system and processor
 * @param processors processors that the program may use, at least 1
 * @param threads threads inside one operator while measuring, at least 1
 * @param memoryBytes memory of the device
 * @param matMulFlops floating-point operations per second of a matrix times one vector, as a dense layer is for one sample;
 *     a multiplication and an addition are two
 * @param convFlops the same of a convolution of one image
 * @param roundTripSeconds from publishing a small message until the broker has delivered it back, as long as an exchange takes; null if
 *     not measured
 * @param bytesPerSecond by which longer messages take longer; null if not measured
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DeviceProfile(
        int schema,
        String producer,
        String device,
        int processors,
        int threads,
        long memoryBytes,
        double matMulFlops,
        double convFlops,
        @Nullable Double roundTripSeconds,
        @Nullable Double bytesPerSecond) {

    /** The layout this version reads and writes. */
    public static final int SCHEMA = 1;

    private static final int MAX_BYTES = 64 << 10;
    private static final int LONGEST_WORD = 100;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    /** Checks every figure. */
    public DeviceProfile {
        require(schema == SCHEMA, "schema must be " + SCHEMA, schema);
        require(processors >= 1, "processors must be at least 1", processors);
        require(threads >= 1, "threads must be at least 1", threads);
        require(memoryBytes >= 1, "memoryBytes must be at least 1", memoryBytes);
        requirePositive("matMulFlops", matMulFlops);
        requirePositive("convFlops", convFlops);
        if (roundTripSeconds != null) {
            requirePositive("roundTripSeconds", roundTripSeconds);
        }
        if (bytesPerSecond != null) {
            requirePositive("bytesPerSecond", bytesPerSecond);
        }
    }

    private static void requirePositive(String key, double value) {
        require(value > 0 && value < Double.POSITIVE_INFINITY, key + " must be a positive finite number", value);
    }

    private static void require(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new UnfitException(rule + ": it is " + value);
        }
    }

    /**
     * Multiplications and additions per second.
     *
     * @param convolutions what part of them convolutions make, 0 to 1; dense layers make the others
     */
    @JsonIgnore
    public double multiplyAddsPerSecond(double convolutions) {
        return 0.5 / (convolutions / convFlops + (1 - convolutions) / matMulFlops);
    }

    /** As one line of JSON. */
    public String json() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a profile is always writable", e);
        }
    }

    /**
     * Reads a profile.
     *
     * @throws UnfitException with one sentence that names file, rule and value
     */
    public static DeviceProfile read(Path file) {
        try {
            if (!Files.exists(file)) {
                throw unfit(file, "it must be a file: it does not exist", null);
            }
            long size = Files.size(file);
            if (!Files.isRegularFile(file) || size > MAX_BYTES) {
                throw unfit(file, "it must be a file of at most " + MAX_BYTES + " bytes: it has " + size, null);
            }
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            if (!tree.isObject()) {
                throw unfit(
                        file,
                        "it must be one JSON object, as 'edge-agent bench' writes it: it is something else",
                        null);
            }
            JsonNode version = tree.get("schema");
            if (version == null || !version.isInt() || version.intValue() != SCHEMA) {
                throw unfit(file, "schema must be " + SCHEMA + ": it is " + version, null);
            }
            for (String key : new String[] {"producer", "device"}) {
                if (!tree.path(key).isTextual()) {
                    throw unfit(file, key + " must be text: it is " + shortened(tree.get(key)), null);
                }
            }
            return MAPPER.treeToValue(tree, DeviceProfile.class);
        } catch (JsonMappingException e) {
            Throwable cause = e.getCause();
            if (cause instanceof UnfitException) {
                throw unfit(file, String.valueOf(cause.getMessage()), e);
            }
            String key = e.getPath().isEmpty() ? "" : e.getPath().get(0).getFieldName();
            throw unfit(
                    file,
                    key == null || key.isEmpty()
                            ? "it must be one JSON object with the keys of schema " + SCHEMA
                            : "'" + (key.length() > LONGEST_WORD ? key.substring(0, LONGEST_WORD) : key)
                                    + "' is not what schema " + SCHEMA + " has there, or lacks",
                    e);
        } catch (JsonProcessingException e) {
            throw unfit(file, "it is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unfit(file, "it cannot be read: " + e.getMessage(), e);
        }
    }

    private static String shortened(@Nullable JsonNode node) {
        String text = String.valueOf(node);
        return text.length() > LONGEST_WORD ? text.substring(0, LONGEST_WORD) + "..." : text;
    }

    private static UnfitException unfit(Path file, String why, @Nullable Throwable cause) {
        String sentence = "profile '" + file + "': " + why.replaceAll("\\p{Cntrl}", " ");
        return cause == null ? new UnfitException(sentence) : new UnfitException(sentence, cause);
    }
}
