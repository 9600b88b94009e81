package starling.repurpose.partition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.repurpose.space.InputRule;

/**
 * The option {@code --inputs}: {@code split}, {@code replicated} or {@code owners:FILE}.
 *
 * <p>The file is JSON: an object with an entry per model input, or the entry alone for a model with one input. An entry is
 * {@code "split"}, {@code "replicated"}, one worker, or an array of workers per element or per index of the first dimension
 * behind the batch. Nothing may follow the first JSON value.
 */
public final class InputChoice {
    private static final int MAX_BYTES = 16 << 20;
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private InputChoice() {}

    /** Rules for the model's inputs; inputs without one get the default. */
    public static Map<String, InputRule> parse(String text, List<String> inputs) {
        Map<String, InputRule> rules = new LinkedHashMap<>();
        if (text.equals("split") || text.equals("replicated")) {
            inputs.forEach(input -> rules.put(input, word(text)));
            return rules;
        }
        if (!text.startsWith("owners:")) {
            throw new UnfitException("--inputs must be split, replicated or owners:FILE: it is '" + text + "'");
        }
        JsonNode tree = read(Path.of(text.substring("owners:".length())));
        if (tree.isObject()) {
            tree.properties().forEach(entry -> {
                if (!inputs.contains(entry.getKey())) {
                    throw new UnfitException("owners name an input the model does not have: '" + entry.getKey()
                            + "' is not in " + inputs);
                }
                rules.put(entry.getKey(), rule(entry.getKey(), entry.getValue()));
            });
        } else if (inputs.size() == 1) {
            rules.put(inputs.get(0), rule(inputs.get(0), tree));
        } else {
            throw new UnfitException("owners of a model with " + inputs.size()
                    + " inputs must be an object with an entry for each of " + inputs);
        }
        return rules;
    }

    private static InputRule word(String text) {
        return text.equals("split") ? new InputRule.Split() : new InputRule.Replicated();
    }

    private static JsonNode read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new UnfitException("owners must be in a file: '" + file + "' is "
                        + (Files.isDirectory(file) ? "a folder" : "no file"));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UnfitException("owners must be in a file of at most " + MAX_BYTES + " bytes: '" + file
                        + "' has " + Files.size(file));
            }
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            if (tree.isMissingNode()) {
                throw new UnfitException("owners must be one JSON value: '" + file + "' is empty");
            }
            return tree;
        } catch (MismatchedInputException e) {
            throw new UnfitException(
                    "owners must be one JSON value, such as [0, 0, 1]: '" + file + "' goes on after the first", e);
        } catch (JsonProcessingException e) {
            throw new UnfitException("'" + file + "' is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UnfitException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static InputRule rule(String input, JsonNode node) {
        if (node.isTextual()
                && (node.textValue().equals("split") || node.textValue().equals("replicated"))) {
            return word(node.textValue());
        }
        if (node.isInt()) {
            return new InputRule.Owners(new int[] {node.intValue()});
        }
        if (!node.isArray() || node.isEmpty()) {
            throw new UnfitException("owners of input '" + input
                    + "' must be \"split\", \"replicated\", a worker or an array of workers: found " + node);
        }
        int[] owners = new int[node.size()];
        for (int i = 0; i < owners.length; i++) {
            if (!node.get(i).isInt()) {
                throw new UnfitException(
                        "owners of input '" + input + "' must be workers: entry " + i + " is " + node.get(i));
            }
            owners[i] = node.get(i).intValue();
        }
        return new InputRule.Owners(owners);
    }
}
