package starling.repurpose.evaluate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import starling.models.UnfitException;
import starling.models.command.Progress;
import starling.models.data.Dataset;
import starling.models.graph.Shapes;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.LoadedModel;
import starling.models.onnx.file.OnnxFile;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.plan.Plan;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Decision;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.space.SplitNetwork;

/**
 * What a plan and its original answer on a data set.
 *
 * @param samples how many
 * @param original fraction the original gets right
 * @param plan fraction the fleet gets right
 * @param maxDeviation largest Euclidean distance of the fleet's output from the original's over all samples
 * @param agreement fraction of samples both classify alike
 */
public record Evaluation(int samples, double original, double plan, double maxDeviation, double agreement) {
    /**
     * Checks that a model can be judged on a data set, before long work is begun.
     *
     * @param inputShape of one sample
     * @param outputs numbers the model answers with; of a single one, labels may be anything
     * @throws UnfitException when the element counts differ or a label is no output's
     */
    public static void requireSuitable(Dataset data, int[] inputShape, int outputs) {
        data.requireElements(inputShape);
        for (int i = 0; i < data.count() && outputs > 1; i++) {
            if (data.label(i) >= outputs) {
                throw new UnfitException("labels must be below the model's " + outputs + " outputs: sample " + i
                        + " has label " + data.label(i));
            }
        }
    }

    /** {@link #requireSuitable(Dataset, int[], int)} for a model that has been probed. */
    public static void requireSuitable(Dataset data, ProbedModel model) {
        List<String> inputs = model.inputs();
        int elements = inputs.stream().mapToInt(model::elements).sum();
        String answer = model.outputs().get(0);
        requireSuitable(
                data,
                inputs.size() == 1 ? model.shape(inputs.get(0)) : new int[] {elements},
                model.isSignal(answer) ? model.elements(answer) : 1);
    }

    static void requireSuitable(Plan plan, Dataset data) {
        requireSuitable(
                data, plan.inputs().size() == 1 ? plan.inputs().get(0).shape() : new int[] {plan.inputElements()}, (int)
                        Shapes.elements(plan.outputs().get(0).shape()));
    }

    /** Runs a data set through the fleet in this process, and through the original. */
    public static Evaluation of(Bundle bundle, Dataset data) {
        int elements = bundle.plan().inputElements();
        requireSuitable(bundle.plan(), data);
        int right = 0;
        int rightOriginal = 0;
        int alike = 0;
        double deviation = 0;
        byte[] file = bundle.read(Bundle.ORIGINAL);
        LoadedModel loaded = OnnxFile.parse(file, LoadLimits.defaults());
        long largest = LoadedNetwork.of(bundle.plan().modelName(), loaded, file)
                .probed()
                .largest();
        try (LocalFleet fleet = new LocalFleet(bundle, 2);
                Network original = opened(loaded);
                Progress progress = new Progress("evaluating", data.count())) {
            int most = Math.min(data.count(), BatchRule.samples(Math.max(elements, largest)));
            float[] samples = new float[most * elements];
            for (int from = 0; from < data.count(); from += most) {
                int batch = Math.min(most, data.count() - from);
                data.readBatch(from, batch, samples);
                float[] expected = first(original.run(samples, batch));
                float[] actual = first(fleet.run(samples, batch));
                int width = expected.length / batch;
                for (int i = 0; i < batch; i++) {
                    int label = data.label(from + i);
                    int theirs = Decision.of(expected, i * width, width);
                    int ours = Decision.of(actual, i * width, width);
                    rightOriginal += theirs == label ? 1 : 0;
                    right += ours == label ? 1 : 0;
                    alike += ours == theirs ? 1 : 0;
                    deviation = Math.max(deviation, distance(expected, actual, i * width, width));
                }
                progress.at(from + (long) batch);
            }
        }
        double count = data.count();
        return new Evaluation(data.count(), rightOriginal / count, right / count, deviation, alike / count);
    }

    /**
     * The fraction of a data set that a split network gets right, run whole.
     *
     * @throws CancellationException when the thread is interrupted; it stays so
     */
    public static double accuracy(SplitNetwork network, Dataset data) {
        double right = 0;
        int most = BatchRule.samples(network.graph().model().largest());
        try (Network whole = new Network("modified network", WholeModels.reference(network), 2)) {
            for (int from = 0; from < data.count(); from += most) {
                int size = Math.min(most, data.count() - from);
                right += size * Accuracy.of(whole, data.slice(from, size), most);
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("judging was called off");
                }
            }
        }
        return Math.round(right) / (double) data.count();
    }

    /** The original model of a bundle, opened. */
    public static Network original(Bundle bundle) {
        return opened(OnnxFile.parse(bundle.read(Bundle.ORIGINAL), LoadLimits.defaults()));
    }

    private static Network opened(LoadedModel original) {
        return new Network(Bundle.ORIGINAL, original.model(), 2);
    }

    private static float[] first(Map<String, float[]> outputs) {
        return outputs.values().iterator().next();
    }

    private static double distance(float[] a, float[] b, int from, int width) {
        double sum = 0;
        for (int i = from; i < from + width; i++) {
            sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
