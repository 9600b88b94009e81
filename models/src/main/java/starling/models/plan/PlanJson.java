package starling.models.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import starling.models.UnfitException;

/**
 * Reads and writes {@code plan.json}: strict (unknown, missing, duplicate keys are refused) and bounded. All numbers of one
 * sample's inputs, of its outputs, and of all that one worker holds of it (input part, answer and frames in both directions) are
 * at most {@value #MAX_ELEMENTS}, so that no count of one sample overflows an int and no small plan asks for endless memory.
 */
final class PlanJson {
    /** Largest plan read. */
    static final int MAX_BYTES = 64 << 20;

    /** Most numbers of one sample, in each of the places above. */
    static final int MAX_ELEMENTS = 1 << 28;

    private static final int LONGEST_PATH = 100;

    private static final Set<String> NULLABLE =
            new TreeSet<>(Set.of("baseline", "redundancy", "whole", "reason", "file", "missing"));

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(50)
                            .maxStringLength(100_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);

    private PlanJson() {}

    static byte[] write(Plan plan) {
        try {
            return MAPPER.writer()
                    .with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .writeValueAsBytes(plan);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan is always writable", e);
        }
    }

    static Plan read(byte[] json) {
        try {
            JsonNode tree = tree(json);
            JsonNode schema = tree == null ? null : tree.get("schema");
            if (schema == null || !schema.isInt()) {
                throw new UnfitException("plan.json must state its schema as an integer: it states " + schema);
            }
            if (schema.intValue() != Plan.SCHEMA) {
                throw new UnfitException("plan.json must have schema " + Plan.SCHEMA + ": it has " + schema);
            }
            requireSet("", tree);
            Plan plan = MAPPER.treeToValue(tree, Plan.class);
            check(plan);
            return plan;
        } catch (UnrecognizedPropertyException e) {
            throw new UnfitException(
                    "plan.json is malformed: schema " + Plan.SCHEMA + " has no key '" + path(e) + "'", e);
        } catch (MismatchedInputException e) {
            throw new UnfitException(
                    "plan.json is malformed: '" + path(e) + "' is not what schema " + Plan.SCHEMA
                            + " has there, or lacks a" + " key",
                    e);
        } catch (JsonProcessingException e) {
            throw new UnfitException("plan.json is malformed: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UnfitException("plan.json cannot be read: " + e.getMessage(), e);
        }
    }

    private static JsonNode tree(byte[] json) throws IOException {
        try {
            return MAPPER.readTree(json);
        } catch (MismatchedInputException e) {
            throw new UnfitException("plan.json must be one JSON object: something follows it", e);
        }
    }

    /** Where in the plan, as in {@code parts[0].stages}. */
    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        String text = path.toString().replaceAll("\\p{Cntrl}", "?");
        return text.length() <= LONGEST_PATH ? text : text.substring(0, LONGEST_PATH) + "...";
    }

    private static void check(Plan plan) {
        rule(plan.workers() >= 1, "workers must be at least 1", plan.workers());
        rule(plan.workers() <= Plan.MAX_WORKERS, "workers must be at most " + Plan.MAX_WORKERS, plan.workers());
        rule(
                plan.parts().size() == plan.workers(),
                "there must be a part per worker",
                plan.parts().size());
        rule(plan.rounds() >= 0, "rounds must not be negative", plan.rounds());
        rule(
                plan.exchanges().size() == plan.rounds(),
                "there must be an exchange per round",
                plan.exchanges().size());
        rule(!plan.inputs().isEmpty(), "there must be an input", "none");
        rule(!plan.outputs().isEmpty(), "there must be an output", "none");
        long elements = 0;
        for (Plan.Input input : plan.inputs()) {
            elements += elements("input '" + input.name() + "'", input.shape());
            bounded("inputs", elements);
        }
        long answered = 0;
        for (Plan.Output output : plan.outputs()) {
            answered += elements("output '" + output.name() + "'", output.shape());
            bounded("outputs", answered);
        }
        for (Plan.Space space : plan.spaces()) {
            for (int owner : space.owners()) {
                rule(
                        owner >= 0 && owner < plan.workers(),
                        "owners of space '" + space.name() + "' must be workers 0 .. " + (plan.workers() - 1),
                        owner);
            }
        }
        plan.files().keySet().forEach(Bundle::requireBelow);
        rule(
                plan.files().containsKey(plan.finish().file()),
                "files must list the final model",
                plan.finish().file());
        for (int k = 0; k < plan.workers(); k++) {
            Plan.Part part = plan.parts().get(k);
            String who = "part " + k;
            rule(part.worker() == k, who + " must be worker " + k + "'s", part.worker());
            rule(
                    part.stages().size() == plan.rounds() + 1,
                    who + " must have rounds + 1 stages",
                    part.stages().size());
            rule(part.outputValues() >= 0, who + " must not deliver a negative count", part.outputValues());
            long held = part.outputValues();
            bounded(who, held);
            for (Plan.Range range : part.input()) {
                rule(
                        range.from() >= 0 && range.from() <= range.to() && range.to() <= elements,
                        who + " must be given elements of 0 .. " + elements,
                        range.from() + " .. " + range.to());
                held += range.size();
                bounded(who, held);
            }
            long delivering = part.stages().stream().filter(Plan.Stage::output).count();
            rule(
                    delivering == (part.outputValues() > 0 ? 1 : 0),
                    who + " must deliver in one stage if it has anything to deliver",
                    delivering + " stages and " + part.outputValues() + " values");
            for (int s = 0; s < part.stages().size(); s++) {
                Plan.Stage stage = part.stages().get(s);
                checkPeers(plan, k, who + " stage " + s, stage.receives());
                checkPeers(plan, k, who + " stage " + s, stage.sends());
                if (stage.file() != null) {
                    rule(plan.files().containsKey(stage.file()), "files must list every sub-model", stage.file());
                    rule(
                            stage.file().startsWith(Bundle.folder(k) + "/"),
                            who + " must lie in " + Bundle.folder(k),
                            stage.file());
                }
            }
        }
        checkLinks(plan);
        Map<Integer, Plan.Missing> missing = plan.account().missing();
        if (missing != null) {
            missing.forEach((k, measured) -> checkMissing(plan.workers(), k, measured));
        }
        for (Plan.Part part : plan.parts()) {
            long held = (long) part.outputValues() + part.inputValues();
            for (Plan.Exchange exchange : plan.exchanges()) {
                for (Plan.Link link : exchange.links()) {
                    held += link.from() == part.worker() || link.to() == part.worker() ? link.values() : 0;
                }
            }
            bounded("part " + part.worker() + " with its frames", held);
        }
    }

    private static void checkMissing(int workers, int k, Plan.Missing measured) {
        String what = "accuracies with " + k + " workers missing";
        rule(k >= 1 && k < workers, "workers missing must be 1 to " + (workers - 1), k);
        rule(measured.samples() >= 1, what + " must be of at least 1 sample", measured.samples());
        rule(
                measured.subsets() >= measured.each().size() && !measured.each().isEmpty(),
                what + " must be of at least 1 set and at most all",
                measured.each().size() + " of " + measured.subsets());
        measured.spread()
                .values()
                .forEach(spread -> checkFractions(what, spread.worst(), spread.mean(), spread.best()));
        for (Plan.Away away : measured.each()) {
            rule(
                    away.workers().size() == k
                            && away.workers().stream().distinct().count() == k
                            && away.workers().stream().allMatch(worker -> worker >= 0 && worker < workers),
                    what + " must name " + k + " workers of 0 .. " + (workers - 1),
                    away.workers());
            away.accuracy().values().forEach(accuracy -> checkFractions(what, accuracy));
        }
    }

    private static void checkFractions(String what, double... fractions) {
        for (double fraction : fractions) {
            rule(fraction >= 0 && fraction <= 1, what + " must lie between 0 and 1", fraction);
        }
    }

    private static void bounded(String what, long values) {
        rule(values <= MAX_ELEMENTS, what + " must have at most " + MAX_ELEMENTS + " values per sample", values);
    }

    private static void checkLinks(Plan plan) {
        for (int s = 0; s <= plan.rounds(); s++) {
            Set<String> received = new TreeSet<>();
            Set<String> sent = new TreeSet<>();
            for (Plan.Part part : plan.parts()) {
                for (int from : part.stages().get(s).receives()) {
                    received.add(from + " to " + part.worker());
                }
                for (int to :
                        s == 0 ? List.<Integer>of() : part.stages().get(s - 1).sends()) {
                    sent.add(part.worker() + " to " + to);
                }
            }
            Set<String> links = new TreeSet<>();
            if (s > 0) {
                Plan.Exchange exchange = plan.exchanges().get(s - 1);
                rule(exchange.step() == s, "exchanges must be numbered from 1", exchange.step());
                rule(!exchange.links().isEmpty(), "exchange " + s + " must have a link", "none");
                for (Plan.Link link : exchange.links()) {
                    checkLink(plan, "exchange " + s, link);
                    rule(
                            links.add(link.from() + " to " + link.to()),
                            "exchange " + s + " must have one link per pair",
                            "a second one from " + link.from() + " to " + link.to());
                }
            }
            rule(
                    received.equals(links) && sent.equals(links),
                    "both ends of every link of exchange " + s + " must know it",
                    "links " + links + ", sent " + sent + ", received " + received);
        }
        for (Plan.Part part : plan.parts()) {
            rule(
                    part.stages().get(plan.rounds()).sends().isEmpty(),
                    "the last stage must send nothing",
                    part.stages().get(plan.rounds()).sends());
        }
    }

    private static void checkLink(Plan plan, String where, Plan.Link link) {
        for (int end : new int[] {link.from(), link.to()}) {
            rule(end >= 0 && end < plan.workers(), "links of " + where + " must name workers", end);
        }
        rule(link.from() != link.to(), "links of " + where + " must join two workers", "one with itself");
        rule(link.values() > 0, "a link of " + where + " must carry values", link.values());
        bounded("a link of " + where, link.values());
        long bytes = Plan.FRAME_HEADER_BYTES + (long) link.values() * Float.BYTES;
        rule(
                link.bytes() == bytes,
                "a frame of " + link.values() + " values must have " + bytes + " bytes",
                link.bytes());
        long pieces = 0;
        for (Plan.Piece piece : link.pieces()) {
            for (int index : piece.indices()) {
                rule(index >= 0 && index < MAX_ELEMENTS, "indices must lie between 0 and " + (MAX_ELEMENTS - 1), index);
            }
            rule(piece.each() > 0, "a piece must carry values per index", piece.each());
            pieces += (long) piece.indices().length * piece.each();
        }
        rule(pieces == link.values(), "pieces must add up to " + link.values() + " values", pieces);
    }

    private static long elements(String what, int[] shape) {
        long elements = 1;
        for (int dim : shape) {
            rule(dim > 0, "dimensions of " + what + " must be positive", dim);
            elements *= dim;
            rule(elements <= MAX_ELEMENTS, what + " must have at most " + MAX_ELEMENTS + " elements", "more");
        }
        return elements;
    }

    private static void requireSet(String key, JsonNode node) {
        if (node.isNull() && !NULLABLE.contains(key)) {
            throw new UnfitException("plan.json: only " + NULLABLE + " may be null: found '" + key + "'");
        }
        if (node.isObject()) {
            node.properties().forEach(entry -> requireSet(entry.getKey(), entry.getValue()));
        }
        node.elements().forEachRemaining(element -> {
            if (!node.isObject()) {
                requireSet(key + "[]", element);
            }
        });
    }

    private static void checkPeers(Plan plan, int self, String who, List<Integer> peers) {
        for (int peer : peers) {
            rule(peer >= 0 && peer < plan.workers() && peer != self, who + " must name another worker", peer);
        }
    }

    private static void rule(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new UnfitException("plan.json: " + rule + ": found " + value);
        }
    }
}
