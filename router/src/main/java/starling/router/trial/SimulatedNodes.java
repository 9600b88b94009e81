package starling.router.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.node.LearningNode;
import starling.learning.settings.Local;
import starling.models.UnfitException;
import starling.models.data.Dataset;

/**
 * Nodes of one process: they take turns on one model for each thread, so that memory does not grow with their number. What is
 * done with an update must not depend on the order of nodes.
 */
final class SimulatedNodes implements AutoCloseable {
    private final Dataset data;
    private final List<LearningNode> nodes;
    private final Local local;
    private final long seed;
    private final List<LocalModel> models = new ArrayList<>();
    private final ExecutorService threads;

    /** Takes a node's update; called by several threads. */
    @FunctionalInterface
    interface Taker {
        void take(int index, LearningNode node, LearningNode.Update update);
    }

    SimulatedNodes(TrialModel model, Dataset data, List<LearningNode> nodes, Local local, long seed, int threads) {
        this.data = data;
        this.nodes = nodes;
        this.local = local;
        this.seed = seed;
        int count = Math.max(1, Math.min(threads, nodes.size()));
        for (int i = 0; i < count; i++) {
            models.add(new LocalModel(model, 1));
        }
        this.threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(work, "trial-node");
            thread.setDaemon(true);
            return thread;
        });
    }

    List<LearningNode> all() {
        return nodes;
    }

    int samples() {
        return nodes.stream().mapToInt(node -> node.samples().length).sum();
    }

    /** Computes the update of each of these nodes and hands it on with its place in the list. */
    void each(List<LearningNode> some, long round, float[] weights, Taker taker) {
        spread(some.size(), model -> model.set(weights), (model, i) -> {
            LearningNode node = some.get(i);
            taker.take(i, node, node.update(model, weights, data, local, round, seed));
        });
    }

    /** Does what nodes do without a model, for the numbers from 0 to below a count. */
    void inParallel(int count, IntConsumer work) {
        spread(count, model -> {}, (model, i) -> work.accept(i));
    }

    private void spread(int count, Consumer<LocalModel> before, ObjIntConsumer<LocalModel> work) {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (LocalModel model : models) {
            running.add(threads.submit(() -> {
                before.accept(model);
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    work.accept(model, i);
                }
            }));
        }
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new UnfitException("the trial was interrupted", e);
            } catch (ExecutionException e) {
                next.set(count);
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        models.forEach(LocalModel::close);
    }
}
