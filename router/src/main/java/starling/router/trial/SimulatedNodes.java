package starling.router.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
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
import org.jspecify.annotations.Nullable;
import starling.codes.random.Draw;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.node.Answer;
import starling.learning.node.LearningNode;
import starling.learning.node.NodeWork;
import starling.learning.settings.TrialSettings;
import starling.learning.uplink.ResidualFile;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.files.Folders;

/**
 * Nodes of one process: they take turns on one model for each thread, so that memory does not grow with their number; only nodes
 * that have reported what they could send keep their updates until they do. What is done with an answer must not depend on the order of
 * nodes.
 */
final class SimulatedNodes implements Fleet {
    private static final int STATE_HEADER = 17;

    private final TrialSettings settings;
    private final Dataset data;
    private final NodeWork work;
    private final List<LearningNode> nodes = new ArrayList<>();
    private final List<Node> there = new ArrayList<>();
    private final Map<Integer, NodeWork.NodeRound> reported = new ConcurrentHashMap<>();
    private final List<LocalModel> models = new ArrayList<>();
    private final ExecutorService threads;
    private final @Nullable ResidualFile residuals;

    private SimulatedNodes(
            TrialSettings settings,
            TrialModel model,
            Dataset data,
            List<int[]> shares,
            @Nullable ResidualFile residuals,
            int threads) {
        this.settings = settings;
        this.data = data;
        this.residuals = residuals;
        this.work = NodeWork.of(settings, model.layout(), residuals);
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

    /**
     * The nodes of a trial.
     *
     * @param shares the samples of each
     * @param residuals where they keep what they could not send
     * @throws UnfitException when that cannot be written
     */
    static SimulatedNodes of(
            TrialSettings settings, TrialModel model, Dataset data, List<int[]> shares, Path residuals, int threads) {
        try {
            ResidualFile file = settings.uplink().feedback() == null
                    ? null
                    : new ResidualFile(
                            residuals,
                            Math.addExact(
                                    STATE_HEADER,
                                    Math.multiplyExact(
                                            Float.BYTES, model.layout().length())));
            return new SimulatedNodes(settings, model, data, shares, file, threads);
        } catch (IOException e) {
            throw new UnfitException("residuals cannot be kept in '" + residuals + "': " + Folders.reason(e), e);
        }
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
            float[] heard = settings.uplink().air().heard(weights, new Draw(settings.seed(), node.number(), round, 0));
            if (heard != weights) {
                model.set(heard);
            }
            LearningNode.Update update = node.update(model, heard, data, settings.local(), round, settings.seed());
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
    public void reveal(List<Node> some, BitSet missing, long round, Taker taker) {
        throw new IllegalStateException("simulated nodes do not mask: the router holds their frames anyway");
    }

    /** What messages and frames would take by themselves, and the weights as float32 for every node that takes part. */
    @Override
    public Traffic traffic(Round round, int length) {
        return new Traffic(round.bytes(), (long) Float.BYTES * length * round.participants());
    }

    @Override
    public void finish() {
        // Simulated nodes end with the program.
    }

    @Override
    public void close() {
        threads.shutdownNow();
        models.forEach(LocalModel::close);
        try {
            if (residuals != null) {
                residuals.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
