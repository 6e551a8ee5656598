package org.quirkwatch.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/// A native tensor. It lives as long as its [Scope], or until it is moved to another. A tensor in
/// bfloat16 or float16 can only be passed on to programs; one in float32, float64 or int64 can be
/// read.
public final class Tensor {

    private final NDArray array;

    Tensor(NDArray array) {
        this.array = array;
    }

    NDArray array() {
        return array;
    }

    /// The sizes of the dimensions; empty for a single value.
    public long[] shape() {
        return array.getShape().getShape();
    }

    /// The number of elements.
    public long size() {
        return array.getShape().size();
    }

    /// A copy of a float32 tensor's values, row-major.
    public float[] toFloats() {
        require(DataType.FLOAT32);
        return size() == 0 ? new float[0] : array.toFloatArray();
    }

    /// A copy of a float64 tensor's values, row-major.
    public double[] toDoubles() {
        require(DataType.FLOAT64);
        return size() == 0 ? new double[0] : array.toDoubleArray();
    }

    /// A copy of an int64 tensor's values, row-major.
    public long[] toLongs() {
        require(DataType.INT64);
        return size() == 0 ? new long[0] : array.toLongArray();
    }

    /// Moves this tensor into another scope, which frees it from then on.
    ///
    /// @return this
    public Tensor moveTo(Scope scope) {
        array.attach(scope.manager());
        return this;
    }

    private void require(DataType expected) {
        DataType actual = array.getDataType();
        if (actual != expected) {
            throw new IllegalStateException(
                    "the tensor is %s, asked for %s".formatted(actual, expected));
        }
    }
}
