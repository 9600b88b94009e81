package starling.models.plan;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.run.Sessions;

/**
 * Runs one worker's stages: one ONNX Runtime session per sub-model, and {@linkplain Slot slots} whose tensors are allocated
 * once and reused, so that an inference allocates nothing of its own. Sessions may be shared by slots in several threads;
 * one slot belongs to one thread at a time.
 */
public final class WorkerRunner implements AutoCloseable {
    private static final String INPUT = "input";
    private static final String OUTPUT = "output";
    /** Most values of one buffer, whose octets are counted with an int. */
    private static final int MAX_VALUES = Integer.MAX_VALUE / Float.BYTES;

    private final Plan plan;
    private final Plan.Part part;
    private final List<@Nullable OrtSession> sessions = new ArrayList<>();

    /**
     * Loads and verifies a worker's sub-models.
     *
     * @param threads threads inside one operator
     * @throws UnfitException when a file is missing, changed or refused by ONNX Runtime, or the worker is not in the plan
     */
    public WorkerRunner(Bundle bundle, int worker, int threads) {
        plan = bundle.plan();
        if (worker < 0 || worker >= plan.workers()) {
            throw new UnfitException(
                    "the plan's workers are 0 .. " + (plan.workers() - 1) + ": there is no worker " + worker);
        }
        part = plan.parts().get(worker);
        try {
            for (Plan.Stage stage : part.stages()) {
                sessions.add(
                        stage.file() == null ? null : Sessions.open(stage.file(), bundle.read(stage.file()), threads));
            }
            newSlot(1).close();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public Plan plan() {
        return plan;
    }

    public Plan.Part part() {
        return part;
    }

    /** The number of stages, rounds + 1. */
    public int stages() {
        return sessions.size();
    }

    /**
     * Allocates the tensors of {@code batch} samples that go through the stages together.
     *
     * @throws UnfitException when the plan does not take such a batch, or one of its tensors would have more than
     *     {@value #MAX_VALUES} values
     */
    public Slot newSlot(int batch) {
        if (batch < 1 || (batch > 1 && !plan.batched())) {
            throw new UnfitException("this plan takes "
                    + (plan.batched() ? "batches of at least 1" : "one sample at a time") + ": asked for " + batch);
        }
        return new Slot(batch);
    }

    @Override
    public void close() {
        for (OrtSession session : sessions) {
            if (session != null) {
                try {
                    session.close();
                } catch (OrtException e) {
                    throw new IllegalStateException("closing a session failed", e);
                }
            }
        }
        sessions.clear();
    }

    /** The tensors of one inference in flight. Buffers are views of native memory: absolute access, fixed length. */
    public final class Slot implements AutoCloseable {
        private final int batch;
        private final Map<String, OnnxTensor> tensors = new HashMap<>();
        private final Map<String, FloatBuffer> buffers = new HashMap<>();
        private final List<Map<String, OnnxTensor>> feeds = new ArrayList<>();
        private final List<Map<String, OnnxTensor>> fetches = new ArrayList<>();

        private Slot(int batch) {
            this.batch = batch;
            buffers.put(INPUT, allocate(INPUT, (long) batch * part.inputValues()));
            buffers.put(OUTPUT, allocate(OUTPUT, (long) batch * part.outputValues()));
            for (Plan.Exchange exchange : plan.exchanges()) {
                for (Plan.Link link : exchange.links()) {
                    String key = link.to() == part.worker()
                            ? exchange.step() + ":from_" + link.from()
                            : exchange.step() + ":to_" + link.to();
                    if (link.to() == part.worker() || link.from() == part.worker()) {
                        buffers.put(key, allocate(key, (long) batch * link.values()));
                    }
                }
            }
            Set<String> known = new HashSet<>(Set.of(INPUT));
            try {
                for (int s = 0; s < sessions.size(); s++) {
                    Map<String, OnnxTensor> in = new LinkedHashMap<>();
                    Map<String, OnnxTensor> out = new LinkedHashMap<>();
                    OrtSession session = sessions.get(s);
                    if (session != null) {
                        for (NodeInfo info : session.getInputInfo().values()) {
                            in.put(info.getName(), tensor(s, info));
                        }
                        for (NodeInfo info : session.getOutputInfo().values()) {
                            out.put(info.getName(), tensor(s, info));
                        }
                    }
                    requirePorts(s, in.keySet(), out.keySet(), known);
                    feeds.add(in);
                    fetches.add(out);
                }
            } catch (OrtException e) {
                close();
                throw new UnfitException("worker " + part.worker() + ": " + e.getMessage(), e);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        private void requirePorts(int s, Set<String> in, Set<String> out, Set<String> known) {
            Plan.Stage stage = part.stages().get(s);
            Set<String> frames = new TreeSet<>();
            stage.receives().forEach(peer -> frames.add("from_" + peer));
            require(in.containsAll(frames), s, "read " + frames);
            for (String name : in) {
                require(
                        frames.contains(name) || known.contains(name),
                        s,
                        "read nothing that nobody makes ('" + name + "')");
            }
            Set<String> made = new TreeSet<>();
            stage.sends().forEach(peer -> made.add("to_" + peer));
            require(out.containsAll(made), s, "make " + made);
            for (String name : out) {
                require(made.contains(name) || !isFrame(name), s, "make no frame that nobody reads ('" + name + "')");
            }
            require(out.contains(OUTPUT) == stage.output(), s, "make the answer only where the plan says so");
            known.addAll(out);
            known.removeIf(Slot::isFrame);
        }

        private static boolean isFrame(String name) {
            return name.startsWith("from_") || name.startsWith("to_");
        }

        private void require(boolean holds, int s, String rule) {
            if (!holds) {
                throw new UnfitException("worker " + part.worker() + " stage " + s + " must " + rule + ": "
                        + part.stages().get(s).file() + " does not");
            }
        }

        /** Frames are kept per exchange; all other names mean the same tensor in every stage. */
        private static String key(int stage, String name) {
            if (name.startsWith("from_")) {
                return stage + ":" + name;
            }
            return name.startsWith("to_") ? (stage + 1) + ":" + name : name;
        }

        private OnnxTensor tensor(int stage, NodeInfo port) throws OrtException {
            if (!(port.getInfo() instanceof TensorInfo info) || info.type != OnnxJavaType.FLOAT) {
                throw new UnfitException("worker " + part.worker() + " stage " + stage
                        + " must read and make float32 tensors: '" + port.getName() + "' is none");
            }
            String key = key(stage, port.getName());
            long[] shape = info.getShape();
            long count = 1;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] < 0 ? batch : shape[i];
                count = requireRoom(key, Math.multiplyHigh(count, shape[i]) == 0 ? count * shape[i] : Long.MAX_VALUE);
            }
            FloatBuffer buffer = buffers.get(key);
            if (buffer == null) {
                buffer = allocate(key, count);
                buffers.put(key, buffer);
            }
            if (buffer.capacity() != count) {
                throw new UnfitException("worker " + part.worker() + ": '" + key + "' must hold " + buffer.capacity()
                        + " values as the plan and earlier stages say: stage " + stage + " has " + count);
            }
            OnnxTensor known = tensors.get(key);
            if (known != null) {
                if (!Arrays.equals(known.getInfo().getShape(), shape)) {
                    throw new UnfitException("worker " + part.worker() + ": '" + key + "' must have one shape: stage "
                            + stage + " has " + Arrays.toString(shape) + " after "
                            + Arrays.toString(known.getInfo().getShape()));
                }
                return known;
            }
            OnnxTensor made = OnnxTensor.createTensor(Sessions.environment(), buffer.duplicate(), shape);
            tensors.put(key, made);
            return made;
        }

        private FloatBuffer allocate(String key, long values) {
            int count = (int) requireRoom(key, values);
            return ByteBuffer.allocateDirect(Math.max(1, count) * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .slice(0, count);
        }

        private long requireRoom(String key, long values) {
            if (values > MAX_VALUES) {
                throw new UnfitException("worker " + part.worker() + ": a tensor must hold at most " + MAX_VALUES
                        + " values: '" + key + "' of a batch of " + batch + " has "
                        + (values == Long.MAX_VALUE ? "more" : values));
            }
            return values;
        }

        public int batch() {
            return batch;
        }

        /** The worker's part of the input, batch x inputValues. */
        public FloatBuffer input() {
            return at(INPUT);
        }

        /** The frame that {@code sender} sends in exchange {@code step}, to be filled before stage {@code step} runs. */
        public FloatBuffer from(int step, int sender) {
            return at(step + ":from_" + sender);
        }

        /** The frame for {@code receiver} in exchange {@code step}, filled by stage {@code step - 1}. */
        public FloatBuffer to(int step, int receiver) {
            return at(step + ":to_" + receiver);
        }

        /** The worker's part of the answer, batch x outputValues. */
        public FloatBuffer output() {
            return at(OUTPUT);
        }

        private FloatBuffer at(String key) {
            FloatBuffer found = buffers.get(key);
            if (found == null) {
                throw new IllegalArgumentException("worker " + part.worker() + " has no " + key);
            }
            return found.duplicate().clear();
        }

        /** Runs stage {@code s}; the stages are run in order. */
        public void run(int s) {
            OrtSession session = sessions.get(s);
            if (session == null) {
                return;
            }
            try (OrtSession.Result result = session.run(feeds.get(s), Set.of(), fetches.get(s))) {
                assert result.size() == fetches.get(s).size();
            } catch (OrtException e) {
                throw new UnfitException("worker " + part.worker() + " stage " + s + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
            tensors.clear();
        }
    }
}
