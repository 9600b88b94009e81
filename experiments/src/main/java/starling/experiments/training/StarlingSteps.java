package starling.experiments.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.experiments.machine.PeakMemory;
import starling.models.data.Dataset;
import starling.models.training.GradientSession;
import starling.models.training.LearningStep;

/**
 * The steps of a {@link Workload} as {@link starling.models.training.Training} takes them, in a process of its own. Says
 * {@code ready VERSION PARAMETERS}, then answers each line {@code N} with {@code LOSS NANOS..} of N steps, the loss being the last
 * one, and {@code memory} with the most memory the process has ever had, in bytes. Ends with its input.
 */
public final class StarlingSteps {
    private StarlingSteps() {}

    /** Network, batch, threads and seed of the workload. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // a library's chatter is no answer
        Workload workload = new Workload(
                arguments[0],
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Long.parseLong(arguments[3]));
        Dataset data = workload.data();
        int batch = workload.batch();
        float[][] samples = new float[Workload.BATCHES][batch * data.elements()];
        int[][] labels = new int[Workload.BATCHES][];
        for (int i = 0; i < Workload.BATCHES; i++) {
            Dataset part = data.slice(i * batch, batch);
            part.readBatch(0, batch, samples[i]);
            labels[i] = part.labels();
        }
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(workload.seed());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (LearningStep step = LearningStep.of(workload.model(), workload.recipe())) {
            answers.println("ready " + Runtime.version().feature() + " " + step.parameters());
            int done = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("memory")) {
                    answers.println(PeakMemory.bytes());
                    continue;
                }
                long[] nanos = new long[Integer.parseInt(line)];
                double loss = 0;
                for (int i = 0; i < nanos.length; i++, done++) {
                    int at = done % Workload.BATCHES;
                    long began = System.nanoTime();
                    GradientSession.Outcome outcome = step.take(samples[at], labels[at], batch, random, Workload.RATE);
                    loss = outcome.loss();
                    nanos[i] = System.nanoTime() - began;
                }
                answers.println(loss + " " + Arrays.toString(nanos).replaceAll("[\\[\\],]", ""));
            }
        }
    }
}
