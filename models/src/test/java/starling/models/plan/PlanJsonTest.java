package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.UnfitException;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

class PlanJsonTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static byte[] good = new byte[0];

    @BeforeAll
    static void writeOne(@TempDir Path folder) {
        good = PlanJson.write(
                TinyBundles.write(folder.resolve("b"), 3, Kind.SILENT_LAYER, 1).plan());
    }

    private static ObjectNode tree() {
        try {
            return (ObjectNode) MAPPER.readTree(good);
        } catch (IOException e) {
            throw new IllegalStateException("a plan is JSON", e);
        }
    }

    private static String refused(JsonNode tree) {
        return refused(tree.toString());
    }

    private static String refused(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return String.valueOf(assertThrows(UnfitException.class, () -> PlanJson.read(bytes), json)
                .getMessage());
    }

    @Test
    void aPlanSurvivesWritingAndReading() {
        assertEquals(
                new String(good, StandardCharsets.UTF_8),
                new String(PlanJson.write(PlanJson.read(good)), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /schema | 2 | must have schema 1: it has 2
        /schema | "1" | must state its schema as an integer
        /schema | 1.0 | must state its schema as an integer
        /workers | 0 | workers must be at least 1: found 0
        /workers | 2 | a part per worker: found 3
        /workers | 2.5 | malformed: 'workers' is not what schema 1 has there
        /rounds | -1 | rounds must not be negative
        /rounds | 3 | an exchange per round: found 2
        /producer | null | 'producer'
        /inputs | [] | there must be an input
        /outputs | [] | there must be an output
        /inputs/0/shape/0 | 0 | must be positive: found 0
        /inputs/0/shape | [100000,100000,100000] | at most
        /parts/1/worker | 0 | part 1 must be worker 1's: found 0
        /parts/0/stages | [] | rounds + 1 stages: found 0
        /parts/0/outputValues | -1 | must not deliver a negative count
        /parts/0/outputValues | 0 | must deliver in one stage
        /parts/0/outputValues | 268435457 | part 0 must have at most 268435456 values per sample: found 268435457
        /parts/0/outputValues | 268435452 | part 0 with its frames must have at most 268435456 values per sample
        /parts/0/input/0/to | 13 | elements of 0 .. 12: found 0 .. 13
        /parts/0/input/0/from | 5 | elements of 0 .. 12: found 5 .. 4
        /parts/0/stages/0/file | "stage-0.onnx" | files must list every sub-model
        /parts/0/stages/0/file | "worker-1/stage-0.onnx" | must lie in worker-0
        /parts/0/stages/0/sends | [1] | both ends of every link of exchange 1
        /parts/0/stages/0/sends | [3] | must name another worker: found 3
        /parts/0/stages/0/sends | [0] | must name another worker: found 0
        /parts/0/stages/0/receives | [1] | both ends of every link of exchange 0
        /parts/0/stages/2/sends | [1] | the last stage must send nothing
        /exchanges/0/step | 2 | exchanges must be numbered from 1: found 2
        /exchanges/1/links | [] | exchange 2 must have a link
        /exchanges/0/links/0/from | -1 | must name workers: found -1
        /exchanges/0/links/0/to | 0 | must join two workers
        /exchanges/0/links/0/to | 2 | one link per pair
        /exchanges/0/links/0/values | 0 | must carry values
        /exchanges/0/links/0/values | 268435457 | a link of exchange 1 must have at most 268435456 values per sample
        /exchanges/0/links/0/values | 2147483647 | a link of exchange 1 must have at most 268435456 values per sample
        /exchanges/0/links/0/values | 5 | must have 84 bytes: found 80
        /exchanges/0/links/0/bytes | 16 | must have 80 bytes: found 16
        /exchanges/0/links/0/pieces/0/each | 2 | pieces must add up to 4 values: found 8
        /exchanges/0/links/0/pieces/0/each | 0 | must carry values per index
        /exchanges/0/links/0/pieces/0/indices | [0] | pieces must add up to 4 values: found 1
        /exchanges/0/links/0/pieces/0/indices/0 | -1 | indices must lie between
        /exchanges/0/links/0/pieces/0/indices/0 | 1000000000 | indices must lie between 0 and 268435455: found 1000000000
        /spaces/0/owners/0 | 99 | must be workers 0 .. 2: found 99
        /spaces/0/owners/0 | -1 | must be workers 0 .. 2: found -1
        /workers | 1025 | workers must be at most 1024
        /finish/file | "final.onnx" | files must list the final model
        /files/..~1x | "00" | must lie below
        /files/worker-0~1~1x | "00" | must lie below
        /extra | 1 | malformed: schema 1 has no key 'extra'
        /account/extra | 1 | malformed: schema 1 has no key 'account.extra'
        /account/missing | {"3": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | workers missing must be 1 to 2: found 3
        /account/missing | {"0": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | workers missing must be 1 to 2: found 0
        /account/missing | {"1": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [3], "accuracy": {"zero": 0.2}}]}} | must name 1 workers of 0 .. 2: found [3]
        /account/missing | {"2": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | must name 2 workers of 0 .. 2: found [1]
        /account/missing | {"1": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 1.5}}]}} | must lie between 0 and 1: found 1.5
        /account/missing | {"1": {"data": "d", "samples": 5, "subsets": 3, "spread": {"zero": {"worst": -0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | must lie between 0 and 1: found -0.1
        /account/missing | {"1": {"data": "d", "samples": 0, "subsets": 3, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | must be of at least 1 sample: found 0
        /account/missing | {"1": {"data": "d", "samples": 5, "subsets": 0, "spread": {"zero": {"worst": 0.1, "mean": 0.2, "best": 0.3}}, "each": [{"workers": [1], "accuracy": {"zero": 0.2}}]}} | must be of at least 1 set and at most all: found 1 of 0
        /parts/1/extra | 1 | malformed: schema 1 has no key 'parts[1].extra'
        """)
    void anUnfitFieldIsNamed(String pointer, String value, String fragment) throws IOException {
        ObjectNode tree = tree();
        set(tree, JsonPointer.compile(pointer), MAPPER.readTree(value));
        String sentence = refused(tree);
        assertTrue(sentence.contains(fragment), sentence);
        assertEquals(1, sentence.lines().count(), sentence);
        assertFalse(sentence.contains("starling.") || sentence.contains("java."), sentence);
    }

    /** Elements given twice, and inputs and outputs that only together are too large. */
    @Test
    void sumsAreBounded() throws IOException {
        ObjectNode twice = tree();
        set(twice, JsonPointer.compile("/inputs/0/shape"), MAPPER.readTree("[16384, 16384]"));
        String whole = "{\"from\": 0, \"to\": 268435456}";
        set(twice, JsonPointer.compile("/parts/0/input"), MAPPER.readTree("[" + whole + "," + whole + "]"));
        assertTrue(refused(twice).contains("part 0 must have at most 268435456 values per sample"), refused(twice));
        for (String list : List.of("inputs", "outputs")) {
            ObjectNode many = tree();
            ObjectNode first = (ObjectNode) many.get(list).get(0);
            first.set("shape", MAPPER.readTree("[16384, 16384]"));
            ((ArrayNode) many.get(list)).add(first.deepCopy());
            String sentence = refused(many);
            assertTrue(sentence.contains(list + " must have at most 268435456 values per sample"), sentence);
        }
    }

    @Test
    void whatIsNoPlanIsRefused() {
        String json = new String(good, StandardCharsets.UTF_8);
        refused("");
        refused("null");
        refused("[]");
        refused("{}");
        refused("{\"schema\":1}");
        refused(json.substring(0, json.length() / 2));
        assertEquals("plan.json must be one JSON object: something follows it", refused(json + "{}"));
        refused("[".repeat(100_000));
        refused(json.replaceFirst("\"schema\":1", "\"schema\":1,\"schema\":1"));
    }

    /** Each single field removed, set to null, or given another type: a sentence, or (where that is allowed) a plan. */
    @Test
    void noSingleChangeEndsInAnythingButASentence() {
        Set<String> mayBeNull = Set.of("baseline", "redundancy", "whole", "reason", "file", "missing");
        List<JsonPointer> all = new ArrayList<>();
        collect(tree(), JsonPointer.empty(), all);
        assertTrue(all.size() > 200, "fields: " + all.size());
        for (JsonPointer at : all) {
            String name = at.last().getMatchingProperty();
            boolean element = at.last().mayMatchElement();
            ObjectNode removed = tree();
            remove(removed, at);
            if (element || at.toString().startsWith("/files/")) {
                sentenceOrPlan(removed);
            } else {
                refused(removed);
            }
            ObjectNode empty = tree();
            set(empty, at, NullNode.getInstance());
            if (mayBeNull.contains(name)) {
                sentenceOrPlan(empty);
            } else {
                refused(empty);
            }
            for (JsonNode other : List.of(
                    TextNode.valueOf("x"),
                    IntNode.valueOf(Integer.MAX_VALUE),
                    IntNode.valueOf(-7),
                    JsonNodeFactory.instance.objectNode(),
                    JsonNodeFactory.instance.arrayNode().add(1),
                    JsonNodeFactory.instance.arrayNode().addNull())) {
                ObjectNode changed = tree();
                set(changed, at, other);
                sentenceOrPlan(changed);
            }
        }
    }

    @Test
    void randomBytesEndInASentence() {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(8);
        for (int i = 0; i < 500; i++) {
            byte[] changed = good.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            sentenceOrPlan(changed);
        }
    }

    private static void sentenceOrPlan(JsonNode tree) {
        sentenceOrPlan(tree.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void sentenceOrPlan(byte[] json) {
        try {
            PlanJson.read(json);
        } catch (UnfitException e) {
            assertTrue(
                    String.valueOf(e.getMessage()).startsWith("plan.json")
                            || String.valueOf(e.getMessage()).startsWith("a bundle's files"),
                    e.getMessage());
        }
    }

    private static void collect(JsonNode node, JsonPointer at, List<JsonPointer> all) {
        if (!at.matches()) {
            all.add(at);
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            collect(field.getValue(), at.appendProperty(field.getKey()), all);
        }
        for (int i = 0; node.isArray() && i < Math.min(2, node.size()); i++) {
            collect(node.get(i), at.appendIndex(i), all);
        }
    }

    private static void set(ObjectNode tree, JsonPointer at, JsonNode value) {
        JsonNode parent = tree.at(at.head());
        if (parent instanceof ArrayNode array) {
            array.set(at.last().getMatchingIndex(), value);
        } else {
            ((ObjectNode) parent).set(at.last().getMatchingProperty(), value);
        }
    }

    private static void remove(ObjectNode tree, JsonPointer at) {
        JsonNode parent = tree.at(at.head());
        if (parent instanceof ArrayNode array) {
            array.remove(at.last().getMatchingIndex());
        } else {
            ((ObjectNode) parent).remove(at.last().getMatchingProperty());
        }
    }
}
