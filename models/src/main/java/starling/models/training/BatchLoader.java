package starling.models.training;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.graph.Shapes;

/**
 * Reads batches on a thread of its own, a few ahead. The order of an epoch and every augmentation depend on the seed, the epoch
 * and the batch alone, so that a run can begin anywhere. Memory: {@value #AHEAD} batches.
 */
final class BatchLoader implements AutoCloseable {
    private static final int AHEAD = 3;
    private static final long PATIENCE_SECONDS = 120;

    private final Dataset data;
    private final Augmentation augmentation;
    private final Recipe recipe;
    private final BlockingQueue<Batch> free = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<Batch> full = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    /** Starts with a batch of an epoch, both from 0. */
    BatchLoader(Dataset data, Augmentation augmentation, Recipe recipe, int epoch, int batch) {
        this.data = data;
        this.augmentation = augmentation;
        this.recipe = recipe;
        int elements = (int) Shapes.elements(augmentation.shape(data.sampleShape()));
        int most = Math.min(recipe.batch(), data.count());
        for (int i = 0; i < AHEAD; i++) {
            free.add(new Batch(most, elements));
        }
        thread = new Thread(() -> load(epoch, batch), "starling-batches");
        thread.setDaemon(true);
        thread.start();
    }

    /** Batches of an epoch. */
    static int batches(Dataset data, Recipe recipe) {
        return (data.count() - 1) / recipe.batch() + 1;
    }

    /** The next batch; {@link #recycle} it. */
    Batch take() {
        try {
            for (long waited = 0; waited < PATIENCE_SECONDS; waited++) {
                Batch batch = full.poll(1, TimeUnit.SECONDS);
                if (batch != null) {
                    return batch;
                }
                Throwable broken = failure;
                if (broken instanceof UnfitException unfit) {
                    throw unfit;
                }
                if (broken != null) {
                    throw new UnfitException("samples of " + data.name() + " cannot be read: " + broken, broken);
                }
            }
            throw new UnfitException(
                    "a batch of " + data.name() + " must be read within " + PATIENCE_SECONDS + " seconds: it was not");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("the training was interrupted", e);
        }
    }

    void recycle(Batch batch) {
        free.add(batch);
    }

    private void load(int epoch, int batch) {
        try {
            int batches = batches(data, recipe);
            float[] plain = new float[data.elements()];
            int first = batch;
            for (int e = epoch; e < recipe.epochs(); e++) {
                int[] order = order(e);
                for (int b = first; b < batches; b++) {
                    Batch filled = free.take();
                    fill(filled, order, e, b, plain);
                    full.put(filled);
                }
                first = 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the run is over
        } catch (RuntimeException | OutOfMemoryError e) {
            failure = e;
        }
    }

    private int[] order(int epoch) {
        int[] order = new int[data.count()];
        UniformRandomProvider random = Seeds.stream(recipe.seed(), Seeds.Purpose.ORDER, epoch, 0);
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private void fill(Batch batch, int[] order, int epoch, int number, float[] plain) {
        UniformRandomProvider random = Seeds.stream(recipe.seed(), Seeds.Purpose.AUGMENTATION, epoch, number);
        int[] shape = data.sampleShape();
        int elements = (int) Shapes.elements(augmentation.shape(shape));
        int from = number * recipe.batch();
        batch.count = Math.min(recipe.batch(), order.length - from);
        batch.epoch = epoch;
        batch.number = number;
        for (int i = 0; i < batch.count; i++) {
            int sample = order[from + i];
            data.read(sample, plain, 0);
            augmentation.apply(plain, shape, batch.samples, i * elements, random);
            batch.labels[i] = data.label(sample);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
