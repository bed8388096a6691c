import { init, use } from 'echarts/core';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const root = document.documentElement;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Draw the chart that `data-chart` names: the id of a JSON block in the page, or an address that answers one. */
export async function mount(element) {
  if (element.dataset.drawn) return;
  element.dataset.drawn = 'yes';
  const spec = await load(element.dataset.chart);
  const chart = init(element, null, { renderer: 'canvas' });
  const draw = (moving) => chart.setOption({ ...option(spec, palette()), animation: moving }, { notMerge: true });
  draw(!still.matches);
  new ResizeObserver(() => chart.resize()).observe(element);
  root.addEventListener('theme:changed', () => draw(false));
}

async function load(source) {
  const block = document.getElementById(source);
  if (block) return JSON.parse(block.textContent);
  const answer = await fetch(source, { headers: { Accept: 'application/json' } });
  return answer.json();
}

/** The theme's colours as the browser computes them now, since a canvas cannot read `light-dark()`. */
function palette() {
  const probe = document.createElement('span');
  probe.style.transition = 'none';
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    series: [1, 2, 3, 4, 5, 6].map((n) => colour(`chart-${n}`)),
    ink: colour('ink'),
    soft: colour('ink-soft'),
    line: colour('line'),
    surface: colour('surface'),
  };
  probe.remove();
  return colours;
}

function option(spec, colours) {
  const format = new Intl.NumberFormat(root.lang, { maximumFractionDigits: spec.decimals ?? 2 });
  const value = (number) => (number === null || number === undefined ? '–' : `${format.format(number)}${spec.unit ? ` ${spec.unit}` : ''}`);
  const text = { color: colours.soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const base = {
    animationDuration: 200,
    color: colours.series,
    textStyle: text,
    tooltip: { ...tooltip(colours, text), valueFormatter: value, trigger: spec.kind === 'share' ? 'item' : 'axis' },
    legend: { show: spec.kind === 'share' || spec.series.length > 1, bottom: 0, icon: 'roundRect', itemHeight: 8, itemWidth: 8, textStyle: text },
  };
  return spec.kind === 'share' ? { ...base, ...share(spec, colours, text) } : { ...base, ...axes(spec, colours, text, format) };
}

function tooltip(colours, text) {
  return { renderMode: 'richText', backgroundColor: colours.surface, borderColor: colours.line, textStyle: { ...text, color: colours.ink } };
}

function axes(spec, colours, text, format) {
  const category = { type: 'category', data: spec.x, axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false }, axisLabel: text };
  const amount = { type: 'value', splitLine: { lineStyle: { color: colours.line } }, axisLabel: { ...text, formatter: (number) => format.format(number) } };
  const across = spec.kind === 'ranking';
  return {
    grid: { left: 8, right: 16, top: 16, bottom: spec.series.length > 1 ? 36 : 8, containLabel: true },
    xAxis: across ? amount : category,
    yAxis: across ? { ...category, inverse: true } : amount,
    series: spec.series.map((one) => series(spec, one, colours)),
  };
}

function series(spec, { name, values }, colours) {
  const bars = spec.kind === 'bar' || spec.kind === 'stack' || spec.kind === 'ranking';
  return {
    name,
    data: values,
    type: bars ? 'bar' : 'line',
    step: spec.kind === 'step' ? 'end' : undefined,
    stack: spec.kind === 'stack' ? 'all' : undefined,
    barMaxWidth: 28,
    lineStyle: { width: 2 },
    showSymbol: values.length === 1,
    markLine: spec.limit === undefined ? undefined : limit(spec, colours),
  };
}

function limit(spec, colours) {
  const label = { formatter: spec.limitLabel ?? '', position: 'insideEndTop', color: colours.soft };
  return { silent: true, symbol: 'none', data: [{ yAxis: spec.limit }], lineStyle: { color: colours.soft, type: 'dashed' }, label };
}

function share(spec, colours, text) {
  const data = spec.x.map((name, i) => ({ name, value: spec.series[0].values[i] }));
  return { series: [{ type: 'pie', radius: ['52%', '76%'], center: ['50%', '44%'], data, label: { show: false, ...text }, itemStyle: { borderColor: colours.surface, borderWidth: 2 } }] };
}
