package org.quirkwatch.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A region of native memory: every tensor that is made in it, by hand or as the result of a
/// program, is freed when it is closed. Opened and closed in one method, or owned by an object that
/// is itself closed. Not thread-safe.
public final class Scope implements AutoCloseable {

    private final NDManager manager;
    private final ComputeDevice device;

    private Scope(NDManager manager, ComputeDevice device) {
        this.manager = manager;
        this.device = device;
    }

    /// A new scope whose tensors live on a device.
    public static Scope open(ComputeDevice device) {
        return new Scope(Torch.engine().newBaseManager(device.djl()), device);
    }

    /// A part of this scope, closed with it, whose tensors live in the processor's memory: for the
    /// small arguments that a program reads number by number, which would each wait for a GPU.
    public Scope host() {
        if (!device.cuda()) {
            return this;
        }
        return new Scope(manager.newSubManager(ComputeDevice.CPU.djl()), ComputeDevice.CPU);
    }

    /// Where the tensors of this scope live.
    public ComputeDevice device() {
        return device;
    }

    /// A float32 tensor.
    ///
    /// @param values row-major, as many as the shape holds
    public Tensor tensor(float[] values, long... shape) {
        return wrap(manager.create(values, shape(values.length, shape)));
    }

    /// A float32 tensor in the memory of a buffer, without a copy on the processor. The tensor
    /// keeps the buffer alive; who writes to it changes the tensor.
    ///
    /// @param values a direct buffer in native byte order, row-major, as many floats as the shape
    ///   holds
    public Tensor view(ByteBuffer values, long... shape) {
        if (!values.isDirect() || values.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("a direct buffer in native order is needed");
        }
        Shape as = shape(values.remaining() / Float.BYTES, shape);
        // A copy of the position: the engine moves it.
        return wrap(
                manager.create(
                        values.duplicate().order(ByteOrder.nativeOrder()), as, DataType.FLOAT32));
    }

    /// A float64 tensor.
    ///
    /// @param values row-major, as many as the shape holds
    public Tensor tensor(double[] values, long... shape) {
        return wrap(manager.create(values, shape(values.length, shape)));
    }

    /// An int64 tensor.
    ///
    /// @param values row-major, as many as the shape holds
    public Tensor tensor(long[] values, long... shape) {
        return wrap(manager.create(values, shape(values.length, shape)));
    }

    /// A 0-dimensional int64 tensor: how a program takes a whole number.
    public Tensor scalar(long value) {
        return wrap(manager.create(value));
    }

    /// A 0-dimensional float64 tensor: how a program takes a number.
    public Tensor scalar(double value) {
        return wrap(manager.create(value));
    }

    /// The code points of a text as an int64 tensor `[length]`: how a program takes a file name.
    public Tensor text(String text) {
        long[] codes = text.codePoints().asLongStream().toArray();
        return tensor(codes, codes.length);
    }

    @Override
    public void close() {
        manager.close();
    }

    NDManager manager() {
        return manager;
    }

    private Tensor wrap(NDArray array) {
        return new Tensor(array);
    }

    private static Shape shape(int length, long[] shape) {
        Shape result = new Shape(shape);
        if (result.size() != length) {
            throw new IllegalArgumentException(
                    "shape %s holds %d values, got %d".formatted(result, result.size(), length));
        }
        return result;
    }
}
