package starling.repurpose.assign;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The units one worker could hand over to one other worker, cheapest first: a binary heap of pairs of cost and unit in two
 * parallel arrays. Units that have left meanwhile stay in until they come up, or until the arrays are full.
 */
final class MoveHeap {
    private long[] keys;
    private int[] units;
    private int size;

    MoveHeap(int capacity) {
        keys = new long[capacity];
        units = new int[capacity];
    }

    /** Adds without restoring order; to be followed by {@link #heapify}. */
    void append(long key, int unit) {
        if (size == keys.length) {
            grow();
        }
        keys[size] = key;
        units[size++] = unit;
    }

    void heapify() {
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    int topUnit() {
        return units[0];
    }

    long topKey() {
        return keys[0];
    }

    void pop() {
        size--;
        if (size > 0) {
            keys[0] = keys[size];
            units[0] = units[size];
            siftDown(0);
        }
    }

    /** Adds a unit; first, where the arrays are full, drops those that {@code owner} no longer gives to this worker. */
    void push(long key, int unit, int[] owner, int worker) {
        if (size == keys.length) {
            dropLeft(owner, worker);
            if (size >= keys.length / 2) {
                grow();
            }
        }
        int i = size++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (keys[parent] <= key) {
                break;
            }
            keys[i] = keys[parent];
            units[i] = units[parent];
            i = parent;
        }
        keys[i] = key;
        units[i] = unit;
    }

    /** Keeps each unit once, and only if this worker still has it. */
    private void dropLeft(int[] owner, int worker) {
        int old = size;
        size = 0;
        BitSet seen = new BitSet(owner.length);
        for (int i = 0; i < old; i++) {
            int unit = units[i];
            if (owner[unit] == worker && !seen.get(unit)) {
                seen.set(unit);
                append(keys[i], unit);
            }
        }
        heapify();
    }

    private void grow() {
        int capacity = Math.max(8, 2 * keys.length);
        keys = Arrays.copyOf(keys, capacity);
        units = Arrays.copyOf(units, capacity);
    }

    private void siftDown(int from) {
        long key = keys[from];
        int unit = units[from];
        int i = from;
        int half = size >>> 1;
        while (i < half) {
            int child = 2 * i + 1;
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[child] >= key) {
                break;
            }
            keys[i] = keys[child];
            units[i] = units[child];
            i = child;
        }
        keys[i] = key;
        units[i] = unit;
    }
}
