package org.quirkwatch.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.core.MethodParameter;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/// Refuses parameters of a query that the endpoint does not know: a filter with a slip in its name
/// would answer with everything. An endpoint that takes a map of all parameters looks at their
/// names itself.
final class KnownParameters implements HandlerInterceptor {

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getQueryString() == null || !(handler instanceof HandlerMethod method)) {
            return true;
        }
        TreeSet<String> known = new TreeSet<>();
        for (MethodParameter parameter : method.getMethodParameters()) {
            RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
            if (declared != null) {
                if (Map.class.isAssignableFrom(parameter.getParameterType())) {
                    return true;
                }
                known.add(name(declared, parameter));
            }
        }
        for (String name : Collections.list(request.getParameterNames())) {
            if (!known.contains(name)) {
                throw new Problem(ProblemCode.INVALID_REQUEST, detail(name, List.copyOf(known)));
            }
        }
        return true;
    }

    private static String name(RequestParam declared, MethodParameter parameter) {
        return StringUtils.hasText(declared.name())
                ? declared.name()
                : Objects.requireNonNull(parameter.getParameterName(), "compiled without names");
    }

    private static String detail(String name, List<String> known) {
        return "there is no parameter %s here, %s"
                .formatted(
                        Shown.quoted(name),
                        known.isEmpty() ? "nor any other" : "only " + String.join(", ", known));
    }
}
