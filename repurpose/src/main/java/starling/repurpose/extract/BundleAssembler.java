package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.plan.Plan;
import starling.repurpose.exchange.Frame;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Writes a split network with its exchanges as the files of a bundle and their plan. */
public final class BundleAssembler {
    /**
     * What the plan states beyond the network and its exchanges.
     *
     * @param producer program and version
     * @param modelName file name of the original
     * @param modelSha256 its hash
     * @param original its bytes, read when they are to be written
     * @param objective {@code values} or {@code edges}
     * @param baseline name of the baseline, or null
     * @param inputs who has each input
     * @param baselineValues values of the unpruned split in original order, activations only
     * @param assignmentSeconds time the assignment took
     * @param warnings sentences for the user
     */
    public record Statement(
            String producer,
            String modelName,
            String modelSha256,
            BundleWriter.Content original,
            String objective,
            @Nullable String baseline,
            Map<String, InputRule> inputs,
            long baselineValues,
            double assignmentSeconds,
            List<String> warnings) {}

    private final SplitNetwork network;
    private final SplitGraph graph;
    private final Schedule schedule;
    private final Statement statement;

    public BundleAssembler(SplitNetwork network, Schedule schedule, Statement statement) {
        this.network = network;
        this.graph = network.graph();
        this.schedule = schedule;
        this.statement = statement;
    }

    /**
     * The files of a bundle and, given their hashes, its plan.
     *
     * @param files makes each file only when it is its turn, so that no two copies of the weights need be held
     * @param plan to be asked for once all files have been made
     */
    public record Content(BundleWriter.Contents files, BundleWriter.PlanOfHashes plan) {}

    public Content assemble() {
        List<Plan.Part> parts = new ArrayList<>();
        return new Content(reader -> give(reader, parts), hashes -> plan(parts, hashes));
    }

    private void give(BiConsumer<String, BundleWriter.Content> reader, List<Plan.Part> parts) {
        parts.clear();
        reader.accept(Bundle.ORIGINAL, statement.original());
        reader.accept(Bundle.REFERENCE, content(WholeModels.reference(network)));
        for (int k = 0; k < network.workers(); k++) {
            WorkerModels.Written written = WorkerModels.write(network, schedule, k);
            parts.add(written.part());
            for (int s = 0; s < written.stages().size(); s++) {
                ModelProto model = written.stages().get(s);
                String file = written.part().stages().get(s).file();
                if (model != null && file != null) {
                    reader.accept(file, content(model));
                }
            }
        }
        reader.accept(
                Bundle.FINAL,
                content(WholeModels.last(
                        network, parts.stream().map(Plan.Part::outputValues).toList())));
    }

    private static BundleWriter.Content content(ModelProto model) {
        return model::writeTo;
    }

    private Plan plan(List<Plan.Part> parts, Map<String, String> hashes) {
        List<Plan.Input> inputs = new ArrayList<>();
        long naive = 0;
        for (String name : graph.model().inputs()) {
            boolean replicated = graph.layout(name).isReplicated();
            naive += replicated ? 0 : (long) graph.model().elements(name) * (network.workers() - 1);
            String placement = replicated
                    ? "replicated"
                    : statement.inputs().get(name) instanceof InputRule.Owners ? "owners" : "split";
            inputs.add(new Plan.Input(name, sampleShape(name), placement));
        }
        List<Plan.Output> outputs = graph.model().outputs().stream()
                .map(name -> new Plan.Output(name, graph.model().isSignal(name) ? sampleShape(name) : new int[] {}))
                .toList();
        List<Plan.Layer> layers = layers();
        List<Plan.Exchange> exchanges = exchanges();
        long bytes = 0;
        for (Plan.Exchange exchange : exchanges) {
            bytes += exchange.links().stream().mapToLong(Plan.Link::bytes).sum();
        }
        long delivered = graph.delivered().stream()
                .mapToLong(value -> graph.model().elements(value))
                .sum();
        Plan.Account account = new Plan.Account(
                layers.stream().mapToLong(Plan.Layer::crossEdges).sum(),
                layers.stream().mapToLong(Plan.Layer::keptEdges).sum(),
                naive,
                statement.baselineValues(),
                delivered * (network.workers() - 1),
                schedule.values(),
                parts.stream().mapToLong(Plan.Part::inputValues).sum(),
                parts.stream().mapToLong(Plan.Part::outputValues).sum(),
                bytes,
                Weighing.of(graph).multiplyAdds(),
                statement.assignmentSeconds(),
                Schedule.unprunedRounds(network) - schedule.rounds(),
                null);
        return new Plan(
                Plan.SCHEMA,
                statement.producer(),
                statement.modelName(),
                statement.modelSha256(),
                network.workers(),
                statement.objective(),
                statement.baseline(),
                graph.model().batched(),
                schedule.rounds(),
                inputs,
                outputs,
                spaces(),
                layers,
                exchanges,
                parts,
                new Plan.Finish(
                        Bundle.FINAL,
                        graph.finals().stream()
                                .map(whole -> whole.node().operator())
                                .toList()),
                account,
                null,
                List.of(),
                statement.warnings(),
                hashes);
    }

    private int[] sampleShape(String value) {
        int[] shape = graph.model().shape(value);
        return graph.model().batched() ? java.util.Arrays.copyOfRange(shape, 1, shape.length) : shape;
    }

    private List<Plan.Space> spaces() {
        return graph.spaces().stream()
                .map(space -> new Plan.Space(
                        space.name(),
                        space.kind(),
                        java.util.Arrays.stream(space.units())
                                .map(unit -> network.owners()[unit])
                                .toArray()))
                .toList();
    }

    private List<Plan.Layer> layers() {
        List<Plan.Layer> layers = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            if (operation instanceof Operation.Linear linear) {
                LinearMap map = linear.map();
                layers.add(new Plan.Layer(
                        map.node().name(),
                        map.node().operator(),
                        space(map.output()),
                        schedule.step(map.node()),
                        null,
                        null,
                        units(map),
                        map.weights().length,
                        network.crossEdges(map, map.weights()),
                        network.crossEdges(map, network.weights(map).values()),
                        values(linear)));
            } else if (operation instanceof Operation.Share share) {
                layers.add(new Plan.Layer(
                        share.node().name(),
                        "hand-over of the input",
                        -1,
                        schedule.step(share.node()),
                        null,
                        null,
                        0,
                        0,
                        0,
                        0,
                        values(share)));
            } else if (operation instanceof Operation.Whole whole) {
                layers.add(new Plan.Layer(
                        whole.node().name(),
                        whole.node().operator(),
                        space(whole.node().output()),
                        schedule.step(whole.node()),
                        schedule.wholeAt(whole.node()),
                        whole.reason(),
                        1,
                        0,
                        0,
                        0,
                        values(whole)));
            }
        }
        return layers;
    }

    private int space(String value) {
        return graph.layout(value).isReplicated()
                ? -1
                : graph.spaceOf(graph.layout(value).units()[0]);
    }

    private int units(LinearMap map) {
        return graph.layout(map.output()).isReplicated()
                ? map.targets()
                : (int) java.util.Arrays.stream(graph.layout(map.output()).units())
                        .distinct()
                        .count();
    }

    /** Numbers sent for an operator; an activation that two operators read on one worker counts for the first. */
    private long values(Operation operation) {
        long count = 0;
        for (Frame frame : schedule.frames()) {
            if (frame.step() != schedule.step(operation.node())) {
                continue;
            }
            int[] sums = frame.partialSums().getOrDefault(operation.node().output(), new int[0]);
            count += sums.length == 0
                    ? 0
                    : (long) sums.length * schedule.each(operation.node().output());
            for (Map.Entry<String, int[]> sent : frame.activations().entrySet()) {
                if (operation.equals(firstReader(sent.getKey(), frame))) {
                    count += (long) sent.getValue().length * schedule.each(sent.getKey());
                }
            }
        }
        return count;
    }

    private @Nullable Operation firstReader(String value, Frame frame) {
        for (Operation operation : graph.operations()) {
            boolean here = operation instanceof Operation.Linear
                    || operation instanceof Operation.Share
                    || (operation instanceof Operation.Whole && schedule.wholeAt(operation.node()) == frame.to());
            if (here
                    && schedule.step(operation.node()) == frame.step()
                    && graph.signals(operation.node()).contains(value)) {
                return operation;
            }
        }
        return null;
    }

    private List<Plan.Exchange> exchanges() {
        List<Plan.Exchange> exchanges = new ArrayList<>();
        for (int step = 1; step <= schedule.rounds(); step++) {
            List<Plan.Link> links = new ArrayList<>();
            for (Frame frame : schedule.frames()) {
                if (frame.step() == step) {
                    links.add(link(frame));
                }
            }
            exchanges.add(new Plan.Exchange(step, links));
        }
        return exchanges;
    }

    private Plan.Link link(Frame frame) {
        List<Plan.Piece> pieces = new ArrayList<>();
        frame.activations()
                .forEach((value, indices) -> pieces.add(new Plan.Piece(
                        "activation", value, graph.layout(value).axis(), indices, schedule.each(value))));
        frame.partialSums()
                .forEach((layer, targets) -> pieces.add(new Plan.Piece(
                        "partialSum", layer, graph.layout(layer).axis(), targets, schedule.each(layer))));
        int values = schedule.values(frame);
        return new Plan.Link(frame.from(), frame.to(), values, Plan.FRAME_HEADER_BYTES + Float.BYTES * values, pieces);
    }
}
