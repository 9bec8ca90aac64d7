/** Rows of a page, unless a table says otherwise. */
export const usualPage = 20;

/** Whether a table of so many rows is shown in pages, and scrolls in a box where no script runs: a few rows more fit on one page. */
export function isLongTable(rows: number, page: number): boolean {
  return rows > page * 1.25;
}

/**
 * A table whose columns sort by a click on their head and whose long body is shown in pages, by a script beside it in the same
 * piece of HTML: front ends run it in a trusted notebook, nbconvert's HTML keeps it, and a sanitizer that drops it leaves the
 * table as it is. The script is in each output, for an output may be moved or be alone on a page; it knows its table as its
 * neighbour, since ids would change with each run and be lost in the sanitizer.
 * @param tableHtml - the markup of one table, in a box of its own that may scroll
 * @param rows - how many rows the table has; one row is left without a script
 * @param page - rows of a page
 */
export function withTableScript(tableHtml: string, rows: number, page: number): string {
  if (rows < 2) return tableHtml;
  return `<div>${tableHtml}<script>${script(isLongTable(rows, page) ? page : rows)}</script></div>`;
}

/**
 * Plain old JavaScript, which runs in any page. A click sorts up, the next one down, the third restores the order of the rows;
 * a missing value comes last either way. A right-aligned column is compared as numbers, by the exact value in the cell's title
 * where there is one. Lumino leaves keys alone below `data-lm-suppress-shortcuts`, or Enter would edit the cell.
 */
const script = (page: number) => `(function(me){
var box=me.parentNode,table=box.querySelector("table"),body=table.tBodies[0],first=[].slice.call(body.rows),
rows=first,at=-1,down=0,size=first.length>${page}?${page}:1e9,start=0,bar,said;
box.setAttribute("data-lm-suppress-shortcuts","true");
function button(text,act,into){var b=document.createElement("button");b.type="button";b.append(text);b.onclick=act;
b.style.cssText="font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;position:relative;text-align:inherit";
into.append(b);return b}
function key(row,column,number){var cell=row.cells[column],text=cell.textContent.trim();
if(text===""||text==="\\u2013")return;
text=cell.title||text;return number?parseFloat(text.replace(/,/g,"")):text}
function draw(){rows.forEach(function(row,i){row.style.display=i<start||i>=start+size?"none":"";body.append(row)});
if(bar){said.textContent=" "+(start+1)+"\\u2013"+Math.min(start+size,rows.length)+" of "+rows.length+" ";
bar.children[0].setAttribute("aria-disabled",start<1);bar.children[2].setAttribute("aria-disabled",start+size>=rows.length);
[0,2].forEach(function(i){var b=bar.children[i];b.style.opacity=b.getAttribute("aria-disabled")==="true"?.4:1})}}
function turn(by){var to=start+by*size;if(to>=0&&to<rows.length){start=to;draw()}}
[].forEach.call(table.tHead.rows[0].cells,function(th,column,all){
if(th.hasAttribute("data-unsorted"))return;
var number=th.style.textAlign==="right",label=document.createElement("span"),mark=document.createElement("span");
label.append.apply(label,[].slice.call(th.childNodes));
var b=button(label,function(){
down=at===column?down+1:0;at=down>1?-1:column;
rows=at<0?first:first.map(function(row){return{row:row,key:key(row,column,number)}}).sort(function(a,b){
var x=a.key,y=b.key,u=x===undefined?2:x!==x?1:0,v=y===undefined?2:y!==y?1:0;
if(u||v)return u-v;
var order=number?(x<y?-1:x>y?1:0):x.localeCompare(y,undefined,{numeric:true});
return down?-order:order}).map(function(entry){return entry.row});
start=0;draw();
[].forEach.call(all,function(other){var m=other.querySelector("[data-mark]");if(!m)return;
var on=other===th&&at>=0;if(on)other.setAttribute("aria-sort",down?"descending":"ascending");else other.removeAttribute("aria-sort");
m.textContent=on?down?"\\u25bc":"\\u25b2":"\\u21c5";m.style.opacity=on?1:.35})},th);
b.title="Sort";mark.setAttribute("data-mark","");mark.setAttribute("aria-hidden","true");mark.textContent="\\u21c5";
mark.style.cssText="position:absolute;left:100%;padding-left:1px;font-size:.7em;font-weight:400;line-height:2;opacity:.35";b.append(mark)});
if(size<1e9){
var scroll=table.parentNode;scroll.style.maxHeight="none";if(table.offsetWidth)table.style.minWidth=table.offsetWidth+"px";
bar=document.createElement("div");bar.style.cssText="padding:4px 8px;font-size:.9em";scroll.after(bar);
button("\\u2039 Previous",function(){turn(-1)},bar);said=document.createElement("span");said.setAttribute("aria-live","polite");bar.append(said);
button("Next \\u203a",function(){turn(1)},bar);bar.append(" \\u00b7 ");
button("Show all",function(){size=rows.length;start=0;draw();bar.remove();bar=null},bar);
addEventListener("beforeprint",function(){if(bar)bar.lastChild.click()});draw()}
})(document.currentScript)`;
