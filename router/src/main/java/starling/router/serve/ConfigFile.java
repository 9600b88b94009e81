package starling.router.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import starling.models.UnfitException;

/**
 * Reads {@code router.yaml}: one mapping of known keys, each at most once, with values of the right type. Paths in it are relative to the
 * folder it lies in.
 */
final class ConfigFile {
    private static final long MAX_BYTES = 1 << 16;
    private static final Pattern LINE = Pattern.compile("line (\\d+), column");
    private static final ObjectMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private ConfigFile() {}

    /**
     * Reads a file.
     *
     * @throws UnfitException when it cannot be read, is not YAML, or has an unknown or repeated key or an unfit value; the sentence names the
     *     file, and the key or the line
     */
    static RouterConfig read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new UnfitException("'" + file + "' must have at most " + MAX_BYTES + " bytes: it has " + size);
            }
            RouterConfig config = parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
            Path folder = file.toAbsolutePath().getParent();
            return folder == null ? config : config.in(folder);
        } catch (IOException e) {
            throw new UnfitException(
                    "'" + file + "' cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
    }

    private static RouterConfig parse(String file, String text) {
        try {
            JsonNode tree = YAML.readTree(text);
            if (tree == null || tree.isMissingNode() || tree.isNull()) {
                return RouterConfig.EMPTY;
            }
            if (!tree.isObject()) {
                throw new UnfitException(file + " must be a mapping of keys to values: it is " + tree.getNodeType());
            }
            return YAML.treeToValue(tree, RouterConfig.class);
        } catch (UnrecognizedPropertyException e) {
            Collection<Object> known = e.getKnownPropertyIds();
            throw new UnfitException(
                    file + ": there is no key '" + e.getPropertyName() + "'; the keys are "
                            + known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")),
                    e);
        } catch (JsonMappingException e) {
            String key = e.getPath().isEmpty() ? "?" : e.getPath().get(0).getFieldName();
            throw new UnfitException(file + ": key '" + key + "': " + sentence(e), e);
        } catch (JsonProcessingException e) {
            throw new UnfitException(at(file, e) + ": " + sentence(e), e);
        }
    }

    /** YAML's own errors say where in their text: "while scanning ...", what was found, "in 'reader', line 2, column 1". */
    private static String at(String file, JsonProcessingException e) {
        Matcher line = LINE.matcher(String.valueOf(e.getOriginalMessage()));
        if (line.find()) {
            return file + " line " + line.group(1);
        }
        return e.getLocation() == null
                ? file
                : file + " line " + e.getLocation().getLineNr();
    }

    private static String sentence(JsonProcessingException e) {
        return String.valueOf(e.getOriginalMessage())
                .lines()
                .takeWhile(line -> !LINE.matcher(line).find())
                .limit(2)
                .map(String::strip)
                .collect(Collectors.joining(", "));
    }
}
