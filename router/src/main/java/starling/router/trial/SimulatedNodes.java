package starling.router.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.node.Answer;
import starling.learning.node.LearningNode;
import starling.learning.node.NodeWork;
import starling.learning.settings.TrialSettings;
import starling.models.UnfitException;
import starling.models.data.Dataset;

/**
 * Nodes of one process: they take turns on one model for each thread, so that memory does not grow with their number; only nodes
 * that have reported what they could send keep their updates until they do. What is done with an answer must not depend on the order of
 * nodes.
 */
final class SimulatedNodes implements Fleet {
    private final TrialSettings settings;
    private final Dataset data;
    private final NodeWork work;
    private final List<LearningNode> nodes = new ArrayList<>();
    private final List<Node> there = new ArrayList<>();
    private final Map<Integer, NodeWork.NodeRound> reported = new ConcurrentHashMap<>();
    private final List<LocalModel> models = new ArrayList<>();
    private final ExecutorService threads;

    SimulatedNodes(
            TrialSettings settings, TrialModel model, Dataset data, List<int[]> shares, NodeWork work, int threads) {
        this.settings = settings;
        this.data = data;
        this.work = work;
        for (int[] samples : shares) {
            there.add(new Node(nodes.size(), samples.length));
            nodes.add(new LearningNode(nodes.size(), samples));
        }
        int count = Math.max(1, Math.min(threads, nodes.size()));
        for (int i = 0; i < count; i++) {
            models.add(new LocalModel(model, 1));
        }
        this.threads = Executors.newFixedThreadPool(count, one -> {
            Thread thread = new Thread(one, "trial-node");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public List<Node> there() {
        return there;
    }

    @Override
    public double samples() {
        return there.stream().mapToInt(Node::samples).sum();
    }

    @Override
    public void update(List<Node> some, long round, float[] weights, Taker taker) {
        reported.clear();
        NodeWork.InRound inRound = work.in(round, samples());
        spread(some.size(), model -> model.set(weights), (model, i) -> {
            LearningNode node = nodes.get(some.get(i).number());
            LearningNode.Update update = node.update(model, weights, data, settings.local(), round, settings.seed());
            NodeWork.NodeRound one = inRound.of(node.number(), node.samples().length, update);
            Answer answer = one.first();
            if (answer instanceof Answer.Report) {
                reported.put(node.number(), one);
            }
            taker.take(i, update.loss(), answer);
        });
    }

    @Override
    public void send(List<Node> some, long round, double scale, Taker taker) {
        spread(some.size(), model -> {}, (model, i) -> {
            int number = some.get(i).number();
            taker.take(
                    i,
                    Double.NaN,
                    Objects.requireNonNull(reported.remove(number)).frame(scale));
        });
    }

    private void spread(int count, Consumer<LocalModel> before, ObjIntConsumer<LocalModel> each) {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (LocalModel model : models) {
            running.add(threads.submit(() -> {
                before.accept(model);
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    each.accept(model, i);
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
