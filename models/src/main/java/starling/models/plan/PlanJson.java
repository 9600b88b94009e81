package starling.models.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.List;
import starling.models.UnfitException;
import starling.models.graph.Shapes;

/** Reads and writes {@code plan.json}: strict (unknown, missing, duplicate keys are refused) and bounded. */
final class PlanJson {
    /** Largest plan read. */
    static final int MAX_BYTES = 64 << 20;

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
            JsonNode tree = MAPPER.readTree(json);
            JsonNode schema = tree == null ? null : tree.get("schema");
            if (schema == null || !schema.isInt()) {
                throw new UnfitException("plan.json must state its schema as an integer: it states " + schema);
            }
            if (schema.intValue() != Plan.SCHEMA) {
                throw new UnfitException("plan.json must have schema " + Plan.SCHEMA + ": it has " + schema);
            }
            Plan plan = MAPPER.treeToValue(tree, Plan.class);
            check(plan);
            return plan;
        } catch (JsonProcessingException e) {
            throw new UnfitException("plan.json is malformed: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UnfitException("plan.json cannot be read: " + e.getMessage(), e);
        }
    }

    private static void check(Plan plan) {
        for (Object required : new Object[] {
            plan.producer(), plan.modelName(), plan.modelSha256(), plan.objective(), plan.inputs(), plan.outputs(),
            plan.spaces(), plan.layers(), plan.exchanges(), plan.parts(), plan.finish(), plan.account(),
            plan.forbidden(), plan.warnings(), plan.files()
        }) {
            rule(required != null, "every field but baseline and redundancy must be set", "null");
        }
        rule(plan.workers() >= 1, "workers must be at least 1", plan.workers());
        rule(
                plan.parts().size() == plan.workers(),
                "there must be a part per worker",
                plan.parts().size());
        rule(plan.rounds() >= 0, "rounds must not be negative", plan.rounds());
        rule(
                plan.exchanges().size() == plan.rounds(),
                "there must be an exchange per round",
                plan.exchanges().size());
        int elements = 0;
        for (Plan.Input input : plan.inputs()) {
            for (int dim : input.shape()) {
                rule(dim > 0, "dimensions of input '" + input.name() + "' must be positive", dim);
            }
            elements += (int) Shapes.elements(input.shape());
        }
        for (int k = 0; k < plan.workers(); k++) {
            Plan.Part part = plan.parts().get(k);
            String who = "part " + k;
            rule(part.worker() == k, who + " must be worker " + k + "'s", part.worker());
            rule(
                    part.stages().size() == plan.rounds() + 1,
                    who + " must have rounds + 1 stages",
                    part.stages().size());
            rule(part.outputValues() >= 0, who + " must not deliver a negative count", part.outputValues());
            for (Plan.Range range : part.input()) {
                rule(
                        range.from() >= 0 && range.from() <= range.to() && range.to() <= elements,
                        who + " must be given elements of 0 .. " + elements,
                        range.from() + " .. " + range.to());
            }
            for (int s = 0; s < part.stages().size(); s++) {
                Plan.Stage stage = part.stages().get(s);
                checkPeers(plan, k, who + " stage " + s, stage.receives());
                checkPeers(plan, k, who + " stage " + s, stage.sends());
                rule(s > 0 || stage.receives().isEmpty(), who + " stage 0 must receive nothing", stage.receives());
                if (stage.file() != null) {
                    rule(plan.files().containsKey(stage.file()), "files must list every sub-model", stage.file());
                    rule(
                            stage.file().startsWith(Bundle.folder(k) + "/"),
                            who + " must lie in " + Bundle.folder(k),
                            stage.file());
                }
            }
        }
        for (int s = 0; s < plan.exchanges().size(); s++) {
            Plan.Exchange exchange = plan.exchanges().get(s);
            rule(exchange.step() == s + 1, "exchange " + s + " must be step " + (s + 1), exchange.step());
            for (Plan.Link link : exchange.links()) {
                checkPeers(plan, link.from(), "exchange " + s, List.of(link.to()));
                checkPeers(plan, link.to(), "exchange " + s, List.of(link.from()));
                rule(link.values() > 0, "a link of exchange " + s + " must carry values", link.values());
                int pieces = 0;
                for (Plan.Piece piece : link.pieces()) {
                    pieces += piece.indices().length * piece.each();
                }
                rule(pieces == link.values(), "pieces must add up to " + link.values() + " values", pieces);
                rule(
                        plan.parts().get(link.from()).stages().get(s).sends().contains(link.to())
                                && plan.parts()
                                        .get(link.to())
                                        .stages()
                                        .get(s + 1)
                                        .receives()
                                        .contains(link.from()),
                        "both ends of a link must know it",
                        "step " + (s + 1) + " from " + link.from() + " to " + link.to());
            }
        }
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
